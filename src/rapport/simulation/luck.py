"""Seeded luck: every quantity draws from a stream of its own, in blocks of fixed size.
Adding a quantity or more rows never changes what was drawn before."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from rapport.content import ContentError

BLOCK = 4096  # rows drawn from one generator; part of the definition of a book, so it never changes
MAX_SEED = 2**63 - 1


class _Drawn(ISeedSequence):
    """Seed words that are known already, for a bit generator to take up."""

    def __init__(self, words: np.ndarray):
        self.words = words

    def generate_state(self, n_words: int, dtype: type = np.uint32) -> np.ndarray:
        if (n_words, dtype) != (len(self.words), np.uint64):
            raise ValueError(f"There are {len(self.words)} words of 64 bits, not {n_words} of {dtype}.")
        return self.words


class _Streams:
    """Seed words of all streams of a seed in one block, at once: a block has a hundred, and one by one they cost more than many a draw.

    numpy hashes the seed and the name; the last word, the block, is mixed in here as `SeedSequence` does it (M. E. O'Neill's
    seed_seq_fe128 in numpy/random/bit_generator.pyx, which numpy promises not to change), for every name together.
    """

    def __init__(self, seed: int):
        self.seed, self.place, self.pools = seed, {}, []

    def of(self, name: str) -> int:
        """Place of the name's words in `words`."""
        if name not in self.place:
            self.pools.append(np.random.SeedSequence(self.seed, spawn_key=(crc32(name.encode()),)).pool)
            self.place[name] = len(self.pools) - 1
        return self.place[name]

    def words(self, block: int) -> np.ndarray:
        """(names so far, 4) uint64: what ``SeedSequence(seed, spawn_key=(crc32(name), block)).generate_state(4, uint64)`` gives."""
        pools, hashed = np.array(self.pools), (block ^ _BLOCK_XOR).astype(np.uint32) * _BLOCK_TIMES
        pools = pools * np.uint32(0xCA01F9DD) - (hashed ^ hashed >> 16) * np.uint32(0x4973F715)
        pools ^= pools >> 16
        words = (np.tile(pools, 2) ^ _WORD_XOR) * _WORD_TIMES
        return np.ascontiguousarray(words ^ words >> 16, dtype="<u4").view("<u8").astype(np.uint64)


def _constants(first: int, times: int, skip: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """What the hash of `SeedSequence` xors with, and multiplies by, in `count` steps after the first `skip`."""
    steps = [first * pow(times, step, 2**32) % 2**32 for step in range(skip, skip + count + 1)]
    return np.array(steps[:-1], dtype=np.uint32), np.array(steps[1:], dtype=np.uint32)


_BLOCK_XOR, _BLOCK_TIMES = _constants(0x43B0D7E5, 0x931E8875, 20, 4)  # 4 + 12 steps mix the pool, 4 the name
_WORD_XOR, _WORD_TIMES = _constants(0x8B51F9DD, 0x58F38DED, 0, 8)
_streams = lru_cache(maxsize=4)(_Streams)


class Luck:
    """Random numbers of one book, by the name of the quantity they decide.

    Each (name, block) has the child stream ``SeedSequence(seed, spawn_key=(crc32(name), block))``, which is what
    ``SeedSequence.spawn`` makes, addressed by name instead of by order. Two books with the same seed share their luck
    quantity by quantity, even where their parameters differ.

    Parameters
    ----------
    seed : int
        From 0 to 2**63 − 1.
    block : int, optional
        Draw everything, however many rows, from the streams of this one block: for a table whose rows belong to the
        customers of a block. Without it a table begins in block 0 and passes to the next after `BLOCK` rows.

    Raises
    ------
    ContentError
        When `seed` is not such a whole number.
    """

    def __init__(self, seed: int, block: int | None = None):
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed <= MAX_SEED:
            raise ContentError(f"seed {seed!r} cannot be used; a seed is a whole number from 0 to {MAX_SEED}.", key="seed")
        self.seed, self.block = int(seed), block
        self._words = np.empty((0, 4), dtype=np.uint64)

    def _generator(self, name: str, block: int) -> np.random.Generator:
        if block == self.block and block < 2**32:
            place = _streams(self.seed).of(name)
            if place >= len(self._words):
                self._words = _streams(self.seed).words(block)
            return np.random.Generator(np.random.PCG64(_Drawn(self._words[place])))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(crc32(name.encode()), block))))

    def stream(self, name: str) -> np.random.Generator:
        """The generator of this name, for a draw that is none of the below; only of a luck that is bound to a block."""
        return self._generator(name, self.block)

    def _blocks(self, name: str, rows: int, draw: str) -> np.ndarray:
        if self.block is not None:
            return getattr(self._generator(name, self.block), draw)(rows)
        parts = [
            getattr(self._generator(name, block), draw)(min(BLOCK, rows - block * BLOCK)) for block in range(-(-rows // BLOCK))
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    def uniform(self, name: str, rows: int) -> np.ndarray:
        """(rows,) float64 in [0, 1)."""
        return self._blocks(name, rows, "random")

    def normal(self, name: str, rows: int) -> np.ndarray:
        """(rows,) float64, standard normal in steps of 1/1024, so that later sums are exact on any processor."""
        values = self._blocks(name, rows, "standard_normal")
        values *= 1024
        np.rint(values, out=values)
        values /= 1024
        return values

    def event(self, name: str, chance: np.ndarray) -> np.ndarray:
        """(rows,) bool: true with the given chances (clipped to 0..1)."""
        return self.uniform(name, len(chance)) < chance

    def choice(self, name: str, chances: np.ndarray | tuple[float, ...], rows: int) -> np.ndarray:
        """(rows,) int64 index of a category; `chances` is (categories,) or (rows, categories), rows summing to 1."""
        if np.ndim(chances) == 1:
            drawn = self.uniform(name, rows)
            return sum(((drawn >= edge).astype(np.int64) for edge in np.cumsum(np.asarray(chances, dtype=float))[:-1]), np.zeros(rows, dtype=np.int64))
        edges = np.cumsum(np.broadcast_to(np.asarray(chances, dtype=float), (rows, np.shape(chances)[-1])), axis=1)[:, :-1]
        return (self.uniform(name, rows)[:, None] >= edges).sum(axis=1)

    def index(self, name: str, below: int, rows: int) -> np.ndarray:
        """(rows,) int64 from 0 to `below` − 1, all alike likely."""
        return (self.uniform(name, rows) * below).astype(np.int64)

    def between(self, name: str, ends: tuple[int, int], rows: int) -> np.ndarray:
        """(rows,) int64 from the first to the second of `ends`, both included, all alike likely."""
        return ends[0] + self.index(name, ends[1] - ends[0] + 1, rows)

    def cells(self, name: str, cells: int, rows: int) -> np.ndarray:
        """(rows,) int64 treatment cells in permuted blocks: each run of `cells` rows holds every cell once."""
        return np.argsort(self.uniform(name, rows).reshape(-1, cells), axis=1, kind="stable").ravel()

    def shuffled(self, name: str, items: int) -> list[int]:
        """A permutation of ``range(items)``."""
        return self._generator(name, 0).permutation(items).tolist()
