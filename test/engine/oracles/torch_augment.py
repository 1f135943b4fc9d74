"""Writes torch-augment.json: images moved by affine mappings, from PyTorch's grid_sample.

A movement is the product of shift, rotation, shear, zoom and flip about the centre of the image; its inverse says where each
pixel comes from. Images are those of generator.py, sampled in float64. Run `python test/engine/oracles/torch_augment.py` with
PyTorch installed, then `npm run format`; the tests read only the file that it wrote.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

from generator import pixels

PADDING = {"constant": "zeros", "edge": "border", "reflect": "reflection"}
STILL = {"flipX": 1, "flipY": 1, "zoom": 1, "slant": 0, "angle": 0, "shiftX": 0, "shiftY": 0}
MOVEMENTS = {
    "a flip and a shift": {"flipX": -1, "shiftX": 3, "shiftY": -2},
    "a rotation": {"angle": math.pi / 7},
    "half a turn": {"angle": math.pi},
    "a magnification": {"zoom": 2.3},
    "a zoom out": {"zoom": 0.3},
    "a shear": {"slant": 0.6},
    "all": {"flipX": -1, "flipY": -1, "zoom": 1.4, "slant": -0.3, "angle": -0.5, "shiftX": 1, "shiftY": 2},
}
SIZES = {"RGB": [1, 3, 7, 9], "grey": [1, 1, 8, 5]}
SEED = 5


def forward(flipX, flipY, zoom, slant, angle, shiftX, shiftY):
    """From places in the image, measured from its centre, to places in the one that is made of it."""
    c, s = math.cos(angle), math.sin(angle)
    shift = torch.tensor([[1, 0, shiftX], [0, 1, shiftY], [0, 0, 1]], dtype=torch.float64)
    rotation = torch.tensor([[c, -s, 0], [s, c, 0], [0, 0, 1]], dtype=torch.float64)
    shear = torch.tensor([[1, -slant, 0], [0, 1, 0], [0, 0, 1]], dtype=torch.float64)
    scale = torch.diag(torch.tensor([zoom * flipX, zoom * flipY, 1], dtype=torch.float64))
    return shift @ rotation @ shear @ scale


def moved(image, movement, fill):
    height, width = image.shape[2:]
    # With align_corners, -1 and 1 are the centres of the outermost pixels.
    unit = torch.diag(torch.tensor([(width - 1) / 2, (height - 1) / 2, 1], dtype=torch.float64))
    theta = torch.linalg.inv(unit) @ torch.linalg.inv(forward(**movement)) @ unit
    grid = F.affine_grid(theta[None, :2], image.shape, align_corners=True)
    return F.grid_sample(image, grid, "bilinear", PADDING[fill], align_corners=True)


def main():
    cases = []
    for kind, shape in SIZES.items():
        image = pixels(SEED, shape).double()
        for name, changes in MOVEMENTS.items():
            for fill in PADDING:
                movement = STILL | changes
                values = [round(value, 3) for value in moved(image, movement, fill).flatten().tolist()]
                cases.append({"name": f"{name}, {kind}, {fill}", "shape": shape, "fill": fill, "movement": movement,
                              "output": values})
    stored = {"torch": torch.__version__, "seed": SEED, "cases": cases}
    path = pathlib.Path(__file__).with_name("torch-augment.json")
    path.write_text(json.dumps(stored))


if __name__ == "__main__":
    main()
