"""The networks of src/models, down to the parameters' names, for the peers in this folder."""

import torch
import torch.nn as nn
import torch.nn.functional as F

CLASSES = 10
IMAGE_SIZE = 32


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = conv3x3(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        return F.relu(residual + shortcut, inplace=True)


class ResNet(nn.Module):
    def __init__(self, channels, widths, depths):
        super().__init__()
        self.conv1 = conv3x3(channels, widths[0])
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.stages = len(widths)
        inputs = widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            blocks = []
            for i in range(depth):
                blocks.append(BasicBlock(inputs, width, 2 if i == 0 and stage > 0 else 1))
                inputs = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


class PreActivationBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = conv3x3(outputs, outputs)
        self.convShortcut = None
        if stride != 1 or inputs != outputs:
            self.convShortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        activated = F.relu(self.bn1(x), inplace=True)
        shortcut = x if self.convShortcut is None else self.convShortcut(activated)
        return shortcut + self.conv2(F.relu(self.bn2(self.conv1(activated)), inplace=True))


class Group(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.layer = nn.Sequential(*blocks)

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, channels, depth, widening):
        super().__init__()
        self.conv1 = conv3x3(channels, 16)
        inputs = 16
        for group, width in enumerate([16 * widening, 32 * widening, 64 * widening]):
            blocks = []
            for i in range((depth - 4) // 6):
                blocks.append(PreActivationBlock(inputs, width, 2 if i == 0 and group > 0 else 1))
                inputs = width
            setattr(self, f"block{group + 1}", Group(blocks))
        self.bn1 = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(x), inplace=True).mean((2, 3)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        n, tokens, width = x.shape
        qkv = self.qkv(x).reshape(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        weights = (q * (width // self.heads) ** -0.5 @ k.transpose(-2, -1)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(n, tokens, width))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, 4 * width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbedding(nn.Module):
    def __init__(self, channels, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class VisionTransformer(nn.Module):
    def __init__(self, channels, patch, width, depth, heads):
        super().__init__()
        self.patch_embed = PatchEmbedding(channels, width, patch)
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, (IMAGE_SIZE // patch) ** 2, width))
        self.blocks = nn.Sequential(*[TransformerBlock(width, heads) for _ in range(depth)])
        self.fc_norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.blocks(self.patch_embed(x) + self.pos_embed)
        return self.head(self.fc_norm(x.mean(1)))


class IdentityConv(nn.Conv2d):
    """3×3; its first filters pass their own channel on, the rest start as PyTorch's."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs, 3, padding=1, bias=False)
        nn.init.dirac_(self.weight.data[:inputs])


def bias_norm(width):
    """BatchNorm without a weight, whose statistics forget soon."""
    norm = nn.BatchNorm2d(width, eps=1e-12, momentum=0.4)
    del norm.weight
    norm.register_buffer("weight", torch.ones(width), persistent=False)
    return norm


class ConvGroup(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = IdentityConv(inputs, outputs)
        self.norm1 = bias_norm(outputs)
        self.conv2 = IdentityConv(outputs, outputs)
        self.norm2 = bias_norm(outputs)

    def forward(self, x):
        x = F.gelu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.gelu(self.norm2(self.conv2(x)))


class Airbench(nn.Module):
    def __init__(self, channels, widths):
        super().__init__()
        whitened = 2 * channels * 4
        self.whiten = nn.Conv2d(channels, whitened, 2)
        self.whiten.weight.requires_grad = False
        self.groups = nn.Sequential(*[ConvGroup(*pair) for pair in zip([whitened, *widths], widths)])
        self.head = nn.Linear(widths[-1], CLASSES, bias=False)

    def whiten_by(self, images):
        """The first layer's filters: every principal direction of the images' 2×2 patches over its deviation, twice."""
        channels = images.shape[1]
        patches = images.unfold(2, 2, 1).unfold(3, 2, 1).permute(0, 2, 3, 1, 4, 5).reshape(-1, channels * 4)
        values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
        filters = (vectors / torch.sqrt(values + 5e-4)).T.reshape(-1, channels, 2, 2)
        self.whiten.weight.data = torch.cat((filters, -filters))

    def forward(self, x, whiten_learns=True):
        bias = self.whiten.bias if whiten_learns else self.whiten.bias.detach()
        x = self.groups(F.gelu(F.conv2d(x, self.whiten.weight, bias)))
        return self.head(F.adaptive_max_pool2d(x, 1).flatten(1)) / x.shape[1]


MODELS = {
    "resnet20": lambda channels: ResNet(channels, [16, 32, 64], [3, 3, 3]),
    "resnet18": lambda channels: ResNet(channels, [64, 128, 256, 512], [2, 2, 2, 2]),
    "airbench94": lambda channels: Airbench(channels, [64, 256, 256]),
    "wideresnet16-4": lambda channels: WideResNet(channels, depth=16, widening=4),
    "vit-tiny-patch4-depth6": lambda channels: VisionTransformer(channels, patch=4, width=192, depth=6, heads=3),
}
