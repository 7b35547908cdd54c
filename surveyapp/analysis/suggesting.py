"""Which codes an answer may have, from similar answers that are coded already: on this machine, and never applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

SuggestedCode = TypeVar("SuggestedCode", bound=Hashable)

NEAREST, MOST, LEAST_ALIKE = 5, 3, 0.15
"""So many similar answers are asked, so many codes are named at most, and so alike (a cosine) an answer has to be,
and half as alike as the one most alike."""


def suggested(text: str, coded: Sequence[tuple[str, frozenset[SuggestedCode]]]) -> tuple[SuggestedCode, ...]:
    """The codes of the answers most like a text, the likeliest first: each similar answer speaks for its codes by how
    alike it is. Alike are texts with the same runs of two to four characters within words, weighted by how rare those
    are (tf-idf, Salton and Buckley 1988): it asks for no language and forgives spelling."""
    known = [(each, codes) for each, codes in coded if each.strip()]
    if not any(codes for _, codes in known) or not text.strip():
        return ()
    # Here, because it takes a second to load and few processes ever code.
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    alike = (vectors.fit_transform([each for each, _ in known]) @ vectors.transform([text]).T).toarray().ravel()
    votes: defaultdict[SuggestedCode, float] = defaultdict(float)
    least = max(LEAST_ALIKE, float(alike.max()) / 2)
    for place in alike.argsort(kind="stable")[::-1][:NEAREST]:
        if alike[place] >= least:
            for code in known[place][1]:
                votes[code] += float(alike[place])
    return tuple(sorted(votes, key=votes.__getitem__, reverse=True)[:MOST])
