"""Opinion: what a language model makes of a sentence, for detectors that have evidence of their own.

Optional and off by default. It may move a score that stands near a threshold; it is never asked where a
rule found nothing.
"""

from __future__ import annotations

from typing import Literal, Protocol

from monitor.errors import ConfigError

Model = Literal["wordllama"]
"""The models that the setting `rules.hostility.opinion` may name."""


class Opinion(Protocol):
    """A model on disk. Pure, safe to share between threads, and without a network."""

    @property
    def version(self) -> str:
        """Changes with the model and with what it learnt from, so that posts are judged anew."""
        ...

    def __hash__(self) -> int: ...

    def hostility(self, sentence: str) -> float:
        """How likely a folded sentence means harm to the people it calls "they", 0 to 1."""
        ...


def load(model: Model | None) -> Opinion | None:
    """The model of that name, or None for none. Raises ConfigError where its packages are missing."""
    if model is None:
        return None
    try:
        from rules.hostility import embedding

        return embedding.load()
    except ModuleNotFoundError as error:
        raise ConfigError(
            f'rules.hostility.opinion: "{model}" needs the package {error.name}, which is not installed:'
            " pip install 'trustwatch[ml]', or leave the setting out"
        ) from None
