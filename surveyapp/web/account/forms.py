"""The forms of one's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as lazy
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from surveyapp.web.shared.incoming import StaffForm


class LoginForm(StaffForm):
    email = EmailField(lazy("E-mail address"), [InputRequired(lazy("Enter your e-mail address.")), Length(max=254)])
    password = PasswordField(lazy("Password"), [InputRequired(lazy("Enter your password.")), Length(max=500)])


class VerifyForm(StaffForm):
    password = PasswordField(lazy("Password"), [InputRequired(lazy("Enter your password.")), Length(max=500)])


class CodeForm(StaffForm):
    code = StringField(
        lazy("Six-digit code"), [InputRequired(lazy("Enter the six digits that your app shows.")), Length(max=20)]
    )


class RecoveryForm(StaffForm):
    code = StringField(lazy("Recovery code"), [InputRequired(lazy("Enter one of your codes.")), Length(max=40)])


class PasskeyForm(StaffForm):
    """What the browser's answer comes in. `name` is asked for where a passkey is kept."""

    answer = HiddenField()
    name = StringField(lazy("A name for it, such as “my phone”"))


class PasswordForm(StaffForm):
    current = PasswordField(lazy("Password you have now"), [InputRequired(lazy("Enter the password you have now."))])
    password = PasswordField(lazy("New password"), [InputRequired(lazy("Enter a new password."))])
    again = PasswordField(
        lazy("New password again"),
        [
            InputRequired(lazy("Enter the new password a second time.")),
            EqualTo("password", lazy("The two new passwords are not the same. Enter them again.")),
        ],
    )
