"""Signing in with a provider of the operator's (OpenID Connect): authorization code with PKCE, state and nonce, all by
Authlib."""

from __future__ import annotations

import datetime as dt
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, current_app, request, session, url_for
from joserfc.errors import JoseError
from requests.exceptions import RequestException
from werkzeug.exceptions import NotFound

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.sentences import say
from surveyapp.domain.web_sessions import VERIFIED_FOR
from surveyapp.services.staff import openid
from surveyapp.services.staff.openid import ProviderIdentity
from surveyapp.settings import Settings
from surveyapp.web.account.blueprint import staff
from surveyapp.web.account.forms import LoginForm
from surveyapp.web.account.signing_in import login_page
from surveyapp.web.account.steps import go_on, own_page
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.words import worded

FACTORS = {"claims": '{"id_token":{"amr":null,"acr":null}}'}
"""Asks how it came to know them, of a provider that tells when it is asked (OpenID Connect Core, 5.5)."""

AGAIN = VERIFIED_FOR
"""How long ago they may have signed in at the provider where they show again that it is they."""

LEEWAY = dt.timedelta(minutes=2)
"""How far the provider's clock may be from ours."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What may sign its word: with a key that is its own alone. Never what both of us know, nor nothing."""

SECONDS = 10
"""How long a provider may take to answer."""


class _ToItAlone(OAuth2Session):
    """Follows no redirect: what is sent to the provider, our secret among it, is for the address that it named."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.max_redirects = 0


class _Client(FlaskOAuth2App):
    client_cls = _ToItAlone


def install(app: Flask, settings: Settings) -> None:
    """Makes the provider known to the application, where there is one. It is asked for nothing before it is needed."""
    if settings.provider is None:
        return
    OAuth(app).register(
        "provider",
        client_cls=_Client,
        client_id=settings.provider.client_id,
        client_secret=settings.provider.client_secret,
        server_metadata_url=f"{settings.provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "default_timeout": SECONDS},
    )


def _client() -> Any:
    found = current_app.extensions.get("authlib.integrations.flask_client")
    if found is None:
        raise NotFound
    return found.provider


def _metadata(client: Any) -> Any:
    """What the provider says of itself. Raises ValueError where it says that it is another than the settings name
    (OpenID Connect Discovery, 4.3)."""
    said, settings = client.load_server_metadata(), runtime().settings.provider
    if settings is None or said.get("issuer") != settings.issuer:
        raise ValueError("it names itself otherwise than SURVEYAPP_OIDC_ISSUER does")
    # Authlib takes as many algorithms as a provider says that it has.
    said["id_token_signing_alg_values_supported"] = list(ALGORITHMS)
    return said


@staff.get("/openid")
def provider() -> Reply:
    """To the provider, and from there to `provider_back`. `again`: whoever is signed in shows that it is they, so that
    the provider is asked to ask for what they sign in with there, unless it just did (OpenID Connect Core, 3.1.2.1)."""
    client = _client()
    again = "again" in request.args
    session["after_provider"] = [own_page(request.args.get("next")), again]
    back = f"{runtime().settings.public_url}{url_for('staff.provider_back')}"
    try:
        asked = FACTORS if _metadata(client).get("claims_parameter_supported") else {}
        if again:
            asked = {**asked, "max_age": str(int(AGAIN.total_seconds()))}
        return client.authorize_redirect(back, **asked)
    except (OAuthError, RequestException, ValueError, RuntimeError):
        return _failed()


@staff.get("/openid/back")
def provider_back() -> Reply:
    """What the provider sent the browser back with."""
    client = _client()
    target, again = session.pop("after_provider", None) or (None, False)
    settings = runtime().settings.provider
    assert settings is not None
    try:
        _metadata(client)
        given = client.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "sub": {"essential": True},
            }
        )
        said = given.get("userinfo")
        if said is None:
            raise ValueError("no ID token")
        if again and said["auth_time"] < (runtime().clock() - AGAIN - LEEWAY).timestamp():
            raise ValueError("the provider did not ask for them again")
        if "email" not in said:
            said = {**said, **_told(client.userinfo(token=given), said["sub"])}
    except (OAuthError, JoseError, RequestException, ValueError, RuntimeError, KeyError, TypeError):
        current_app.logger.warning("the sign-in provider's answer could not be used", exc_info=True)
        return _failed()
    try:
        return go_on(openid.enter(runtime(), _identity(settings.issuer, said)), target)
    except InputRefused as refused:
        return _refused(refused)


def _told(userinfo: Any, subject: str) -> dict[str, Any]:
    """What the provider tells beside the token, of the same person alone (OpenID Connect Core, 5.3.2)."""
    return dict(userinfo) if userinfo.get("sub") == subject else {}


def _identity(issuer: str, said: Any) -> ProviderIdentity:
    amr, acr, email = said.get("amr"), said.get("acr"), said.get("email")
    return ProviderIdentity(
        issuer=issuer,
        subject=str(said["sub"]),
        email=str(email) if email and said.get("email_verified") is True else None,
        amr=frozenset(str(each) for each in amr) if isinstance(amr, list) else frozenset(),
        acr=str(acr) if acr else None,
    )


def _failed() -> Reply:
    return _refused(InputRefused(say("provider_failed")))


def _refused(refused: InputRefused) -> Reply:
    form = LoginForm(formdata=None)
    form.form_errors = [worded(refused.sentence)]
    return login_page(form)
