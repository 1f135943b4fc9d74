"""Small networks as PyTorch exports them, with operators that have no operations here, and what PyTorch computes with them.

    python test/backbones/oracles/torch_networks.py > test/backbones/oracles/torch-networks.json

Needs torch, onnx and onnxscript. Weights are drawn from a seed; files are in base64.
"""
import base64
import io
import json
import sys
import warnings

import torch
from torch import nn
from torch.nn import functional as F

SIDE = 16


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNext(nn.Module):
    """Two blocks as in ConvNeXt: layer normalisation over channels, GELU."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 12, 4, 4), LayerNorm2d(12))
        self.depthwise = nn.ModuleList(nn.Conv2d(12, 12, 3, padding=1, groups=12) for _ in range(2))
        self.norm = nn.ModuleList(nn.LayerNorm(12) for _ in range(2))
        self.wide = nn.ModuleList(nn.Linear(12, 24) for _ in range(2))
        self.narrow = nn.ModuleList(nn.Linear(24, 12) for _ in range(2))
        self.end = nn.LayerNorm(12)

    def forward(self, x):
        x = self.stem(x)
        for depthwise, norm, wide, narrow in zip(self.depthwise, self.norm, self.wide, self.narrow):
            y = norm(depthwise(x).permute(0, 2, 3, 1))
            x = x + narrow(F.gelu(wide(y))).permute(0, 3, 1, 2)
        return self.end(x.mean((2, 3)))


class VisionTransformer(nn.Module):
    """Patches, a class token, positions, attention by scaled products; ends in the class token."""

    def __init__(self, width=16, heads=2):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, (SIDE // 4) ** 2 + 1, width))
        self.heads = heads
        self.before = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.after = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.end = nn.LayerNorm(width)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        batch, length, width = x.shape
        qkv = self.qkv(self.before(x)).reshape(batch, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(seen)
        x = x + self.mlp(self.after(x))
        return self.end(x[:, 0])


class Windows(nn.Module):
    """Attention within shifted windows with a bias by relative place, as in Swin."""

    def __init__(self, width=8, window=2):
        super().__init__()
        self.window = window
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.bias = nn.Parameter(torch.randn((2 * window - 1) ** 2))
        at = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
        relative = at[:, :, None] - at[:, None, :] + window - 1
        self.register_buffer("index", relative[0] * (2 * window - 1) + relative[1])

    def forward(self, x):
        x = self.patches(x).permute(0, 2, 3, 1)
        batch, height, width, channels = x.shape
        w = self.window
        shifted = torch.roll(self.norm(x), (-1, -1), (1, 2))
        parts = shifted.reshape(batch, height // w, w, width // w, w, channels).permute(0, 1, 3, 2, 4, 5)
        q, k, v = self.qkv(parts.reshape(-1, w * w, channels)).chunk(3, -1)
        bias = self.bias[self.index.flatten()].reshape(w * w, w * w)
        seen = torch.softmax(q @ k.transpose(-2, -1) * channels**-0.5 + bias, -1) @ v
        seen = seen.reshape(batch, height // w, width // w, w, w, channels).permute(0, 1, 3, 2, 4, 5)
        x = x + torch.roll(seen.reshape(batch, height, width, channels), (1, 1), (1, 2))
        return x.mean((1, 2))


class Pyramid(nn.Module):
    """Parts that are split, enlarged and joined; group and response normalisation; Mish, SiLU and hard swish."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, 2, 1)
        self.groups = nn.GroupNorm(2, 8)
        self.b = nn.Conv2d(4, 16, 3, 2, 1)
        self.instance = nn.InstanceNorm2d(4, affine=True)

    def forward(self, x):
        left, right = F.hardswish(self.groups(self.a(x))).chunk(2, 1)
        low = F.silu(self.b(left))
        fine = F.pixel_shuffle(low, 2)
        large = F.interpolate(low, scale_factor=2.0, mode="bilinear", align_corners=False)
        joined = torch.cat([self.instance(fine), F.mish(right), F.local_response_norm(large, 3)], 1)
        return F.adaptive_avg_pool2d(F.pad(joined, (1, 1, 1, 1), mode="reflect"), 1).flatten(1)


def exported(model):
    file = io.BytesIO()
    pixels = torch.zeros(2, 3, SIDE, SIDE)
    program = torch.onnx.export(
        model, (pixels,), dynamo=True, input_names=["image"], output_names=["features"], verbose=False,
        dynamic_shapes=({0: torch.export.Dim("batch")},),
    )
    # Without the traces of Python that the exporter writes.
    for values in [program.model.graph, *program.model.graph]:
        values.metadata_props.clear()
        values.doc_string = None
    program.model.graph.doc_string = None
    program.save(file)
    return file.getvalue()


def case(name, model):
    model.eval()
    # The pixels of both-of.ts.
    place = torch.arange(2 * 3 * SIDE * SIDE)
    pixels = ((place * 7919 + (place >> 4)) % 256).float().reshape(2, SIDE, SIDE, 3) * (2 / 255) - 1
    with torch.no_grad():
        features = model(pixels.permute(0, 3, 1, 2))
    return {"name": name, "onnx": base64.b64encode(exported(model)).decode(), "features": features.flatten().tolist()}


warnings.filterwarnings("ignore")
torch.manual_seed(0)
cases = [
    case("ConvNeXt", ConvNext()),
    case("a vision transformer", VisionTransformer()),
    case("attention within shifted windows", Windows()),
    case("a pyramid", Pyramid()),
]
json.dump({"torch": torch.__version__, "side": SIDE, "cases": cases}, sys.stdout)
