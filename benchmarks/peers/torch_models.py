"""The benchmark's networks in PyTorch, as a user of it would write them: benchmarks/train/models.mjs layer by layer."""

from torch import nn
from torch.nn import functional

CLASSES = 10


def convolution(inputs, outputs, padding=0):
    return [nn.Conv2d(inputs, outputs, 3, padding=padding), nn.ReLU()]


def normalized(inputs, outputs, size, stride=1, groups=1):
    """A convolution without bias and its batch norm."""
    kernel = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, groups=groups, bias=False)
    return [kernel, nn.BatchNorm2d(outputs)]


def course():
    return nn.Sequential(
        *convolution(3, 32), nn.MaxPool2d(2),
        *convolution(32, 64), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 14 * 14, 128), nn.ReLU(), nn.Linear(128, CLASSES),
    )


def mnist_b():
    return nn.Sequential(
        *convolution(1, 32), *convolution(32, 64), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, CLASSES),
    )


def mnist_convnet():
    return nn.Sequential(
        *convolution(1, 32), nn.MaxPool2d(2),
        *convolution(32, 64), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.5), nn.Linear(64 * 5 * 5, CLASSES),
    )


class ResidualBlock(nn.Module):
    """relu(F(x) + x), with a 1x1 convolution on x where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.branch = nn.Sequential(
            *normalized(inputs, outputs, 3, stride), nn.ReLU(), *normalized(outputs, outputs, 3)
        )
        changes = stride > 1 or inputs != outputs
        self.shortcut = nn.Sequential(*normalized(inputs, outputs, 1, stride)) if changes else nn.Identity()

    def forward(self, x):
        return functional.relu(self.branch(x) + self.shortcut(x))


def resnet(blocks_per_stage):
    """He et al.'s ResNet of 6n + 2 layers for 32x32 images."""
    layers, inputs = [*normalized(3, 16, 3), nn.ReLU()], 16
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(blocks_per_stage):
            layers.append(ResidualBlock(inputs, filters, 2 if stage > 0 and block == 0 else 1))
            inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES))


# Filters of the pointwise convolution and stride of the depthwise one.
MOBILENET_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2))


def mobilenet():
    layers, inputs = [*normalized(3, 32, 3, 2), nn.ReLU()], 32
    for filters, stride in MOBILENET_BLOCKS:
        layers += [*normalized(inputs, inputs, 3, stride, groups=inputs), nn.ReLU()]
        layers += [*normalized(inputs, filters, 1), nn.ReLU()]
        inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES))


def vgg11():
    layers, inputs = [], 3
    for stage in ((64,), (128,), (256, 256), (512, 512), (512, 512)):
        for filters in stage:
            layers += convolution(inputs, filters, padding=1)
            inputs = filters
        layers.append(nn.MaxPool2d(2))
    dense = [nn.Flatten(), nn.Linear(inputs, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, CLASSES)]
    return nn.Sequential(*layers, *dense)


# Each with the shape of an image.
NETWORKS = {
    "course": (course, (3, 64, 64)),
    "mnist_b": (mnist_b, (1, 28, 28)),
    "mnist_convnet": (mnist_convnet, (1, 28, 28)),
    "resnet8": (lambda: resnet(1), (3, 32, 32)),
    "resnet20": (lambda: resnet(3), (3, 32, 32)),
    "mobilenet": (mobilenet, (3, 64, 64)),
    "vgg11": (vgg11, (3, 32, 32)),
}
