"""Embedding: an opinion from word vectors that come with the package wordllama (MIT, 256 numbers a token).

A sentence is the mean of its tokens' vectors; what a place among the vectors means is learnt at load from
rules/catalogue/opinion.yaml by kernel ridge regression, in milliseconds and always to the same result.

Only the package's two data files are read. Its code is not imported: it would look for newer files on the
network, and set up logging for the whole process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from monitor.errors import ConfigError
from rules.detectors.discrimination import unnamed
from rules.files import read
from rules.schema import Table
from rules.text.fold import fold

_PACKAGE = "wordllama"
_VECTORS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_LEARNT_FROM = "catalogue/opinion.yaml"

# Among the best of 16 pairs on the learnt lines, each left out in turn; its neighbours are as good.
_WIDTH = 2.0  # the kernel is exp(-width * (1 - cosine))
_RIDGE = 0.3
_LONGEST = 600  # characters of a sentence: what comes later changes a mean little

_Array = NDArray[np.float32]


class Lines(Table):
    """Sentences of both kinds, as people write them."""

    hostile: list[str] = Field(min_length=1)
    harmless: list[str] = Field(min_length=1)


class Vectors:
    """Token vectors of a language model: a sentence to one vector of length 1."""

    def __init__(self, folder: Path) -> None:
        self._of = load_file(folder / _VECTORS)["embedding.weight"]
        self._tokens = Tokenizer.from_file(str(folder / _TOKENIZER))
        self._tokens.no_truncation()
        self._tokens.model._resize_cache(0)  # or it would keep what people wrote

    def of(self, sentence: str) -> _Array:
        """The direction of a sentence; zeros for one without a token."""
        tokens = self._tokens.encode(sentence[:_LONGEST], add_special_tokens=False).ids
        if not tokens:
            return np.zeros(self._of.shape[1], np.float32)
        mean: _Array = self._of[tokens].mean(axis=0, dtype=np.float32)
        return mean / np.linalg.norm(mean)


class Embedding:
    """Implements rules.hostility.opinion.Opinion: near which of the learnt sentences does this one stand?"""

    def __init__(self, vectors: Vectors, hostile: Sequence[str], harmless: Sequence[str], of: str) -> None:
        self._vectors = vectors
        self._learnt = np.stack([vectors.of(sentence) for sentence in (*hostile, *harmless)])
        labels = np.repeat(np.array([1, 0], np.float32), [len(hostile), len(harmless)])
        self._mean = labels.mean()
        kernel = _kernel(self._learnt @ self._learnt.T) + _RIDGE * np.eye(len(labels), dtype=np.float32)
        self._weights = np.linalg.solve(kernel, labels - self._mean)
        content = repr((of, hostile, harmless, _WIDTH, _RIDGE, _LONGEST))
        self.version = hashlib.sha256(content.encode()).hexdigest()[:12]

    def hostility(self, sentence: str) -> float:
        """See Opinion."""
        near = _kernel(self._learnt @ self._vectors.of(sentence))
        return float(np.clip(self._mean + near @ self._weights, 0, 1))


@cache
def load() -> Embedding:
    """The model, ready to be asked. Raises ConfigError where the package is not as it should be."""
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise ModuleNotFoundError(name=_PACKAGE)
    folder = Path(package.origin).parent
    if missing := [name for name in (_VECTORS, _TOKENIZER) if not (folder / name).is_file()]:
        raise ConfigError(
            f"rules.hostility.opinion: {_PACKAGE} {version(_PACKAGE)} does not bring {missing[0]}:"
            " pip install 'trustwatch[ml]' fetches a version that does"
        )
    learnt = lines()
    hostile, harmless = (
        [unnamed(fold(line).text) for line in kind] for kind in (learnt.hostile, learnt.harmless)
    )
    return Embedding(Vectors(folder), hostile, harmless, f"{_PACKAGE} {version(_PACKAGE)}")


def lines() -> Lines:
    """What is learnt from."""
    return read(files("rules") / _LEARNT_FROM, f"rules/{_LEARNT_FROM}", Lines)


def _kernel(cosines: _Array) -> _Array:
    kernel: _Array = np.exp(_WIDTH * (cosines - 1))
    return kernel
