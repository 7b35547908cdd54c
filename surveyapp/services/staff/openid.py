"""Signing in with another provider's word for it (OpenID Connect). The provider is asked by the web layer; here is what
its word is good for.

An account is never made of it. The first time, it is the verified e-mail address of an account that there is; from then
on the provider's own name for them (`sub`), whatever the address becomes, and nobody else's.
"""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.sentences import say
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import sign_in
from surveyapp.services.staff.sign_in import Entering, SignInWay
from surveyapp.services.work import Work
from surveyapp.store import staff as staff_store
from surveyapp.store.sign_in import provider_accounts as store

MULTIPLE_FACTORS = frozenset({"mfa"})
"""In `amr` (RFC 8176): the provider asked for more than one factor."""

PHISHING_RESISTANT = frozenset({"phr", "phrh"})
"""In `acr` (OpenID EAP ACR Values): it asked for something that no other site can have had from them."""


@dataclass(frozen=True, kw_only=True)
class ProviderIdentity:
    """Who a provider says somebody is, from an ID token that was checked, and how it came to know. `email` is None
    where the provider has not verified one."""

    issuer: str
    subject: str
    email: str | None
    amr: frozenset[str]
    acr: str | None

    @property
    def factors_given(self) -> bool:
        """Whether it asked for all that we would."""
        return bool(self.amr & MULTIPLE_FACTORS) or self.acr in PHISHING_RESISTANT


def enter(runtime: Runtime, identity: ProviderIdentity) -> Entering:
    """Lets in whose account it is, as far as the next step: our own second factor, unless the provider asked for as
    much. Raises InputRefused with one sentence for every reason."""
    with sign_in.unknown(runtime).writing() as work:
        found = _account(work, identity)
        if found is not None and found.staff.active:
            store.set_used(work.session, found.staff.id, work.now)
            return sign_in.enter(work, found, SignInWay.PROVIDER, factor_given=identity.factors_given)
        (work.by(found.staff) if found else work).record(AuditAction.SIGN_IN_REFUSED, way=SignInWay.PROVIDER.value)
    raise InputRefused(say("provider_unknown"))


def _account(work: Work, identity: ProviderIdentity) -> staff_store.Credentials | None:
    bound = store.staff_of(work.session, identity.issuer, identity.subject)
    if bound is not None:
        return staff_store.credentials_by_id(work.session, bound, lock=True)
    named = staff_store.credentials(work.session, identity.email) if identity.email else None
    found = staff_store.credentials_by_id(work.session, named.staff.id, lock=True) if named else None
    if found is None or not found.staff.active or store.is_bound(work.session, found.staff.id):
        return None
    store.bind(work.session, found.staff.id, identity.issuer, identity.subject, work.now)
    work.by(found.staff).record(AuditAction.PROVIDER_BOUND)
    return found
