"""What a mail server's refusal means: what kind of failure it is, and what to do about it.

The code decides, whatever the words beside it say: 4xx passes, 5xx does not (RFC 5321, 4.2.1). Of the words
only the enhanced status (RFC 3463) is repeated: the rest quotes addresses.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass

from monitor.config import SmtpSettings
from monitor.errors import DeliveryError, FailureKind

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_RELAYING = re.compile(r"\brelay", re.IGNORECASE)

_NO_PASSWORDS = "5.7.30"
"""Exchange Online's answer to a password where only tokens are taken."""
_MAY_NOT_SEND_AS = ("5.2.252", "5.7.60")
"""Exchange Online's answers where the account may not send from this address."""
_TOO_LARGE = ("5.3.4", "5.2.3")


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's code and what it said."""

    code: int
    words: str

    @classmethod
    def of(cls, code: int, words: bytes | str) -> Reply:
        """From what smtplib hands on."""
        return cls(code, words.decode(errors="replace") if isinstance(words, bytes) else words)

    @property
    def status(self) -> str:
        """The enhanced status, empty where there is none."""
        found = _ENHANCED.search(self.words)
        return found[0] if found else ""

    @property
    def passes(self) -> bool:
        """Whether it may be otherwise later: all that is no clear refusal."""
        return not 500 <= self.code < 600

    def __str__(self) -> str:
        return f"{self.code} {self.status}".strip()


@dataclass(frozen=True, slots=True)
class Replies:
    """Reads the refusals of one server; `where` is its host and port, `limit` the longest conversation."""

    settings: SmtpSettings
    where: str
    limit: float

    def explained(self, error: Exception, recipient: str) -> DeliveryError:
        """The failure as ours. The recipient's domain may stand in it, never the whole address."""
        match error:
            case smtplib.SMTPRecipientsRefused(recipients=refused):
                return self._at_recipient(Reply.of(*next(iter(refused.values()))), recipient)
            case smtplib.SMTPConnectError(smtp_code=code):
                # It is closed to everybody just now; the message was not even looked at.
                return self._error(f"does not take mail at the moment ({code})", FailureKind.TEMPORARY)
            case smtplib.SMTPAuthenticationError(smtp_code=code, smtp_error=words):
                return self._at_login(Reply.of(code, words))
            case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=words):
                return self._at_sender(Reply.of(code, words))
            case smtplib.SMTPDataError(smtp_code=code, smtp_error=words):
                return self._at_message(Reply.of(code, words), recipient)
            case smtplib.SMTPResponseException(smtp_error="Line too long."):
                return self._error("does not speak SMTP: a reply without an end", FailureKind.TEMPORARY)
            case smtplib.SMTPResponseException(smtp_code=code, smtp_error=words):
                return self._refused("refused to begin", Reply.of(code, words), FailureKind.SETTINGS)
        return self._broken(error)

    def _broken(self, error: Exception) -> DeliveryError:
        match error:
            case smtplib.SMTPNotSupportedError():
                what = "does not offer what smtp.security, smtp.user and smtp.auth ask for"
                return self._error(what, FailureKind.SETTINGS)
            case ssl.SSLCertVerificationError(verify_message=reason):
                what = f"shows a certificate that fails: {reason}; check smtp.ca_file"
                return self._error(what, FailureKind.SETTINGS)
            case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
                what = "does not encrypt from the first byte; check smtp.security and smtp.port"
                return self._error(what, FailureKind.SETTINGS)
            case UnicodeError():
                what = "cannot be told a host, user or password beyond ASCII"
                return self._error(what, FailureKind.SETTINGS)
            case TimeoutError(args=("overdue",)):
                return self._error(f"took longer than {self.limit:g} s", FailureKind.TEMPORARY)
            case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
                what = f"did not answer within {self.settings.timeout:g} s"
                return self._error(what, FailureKind.TEMPORARY)
        what = f"could not be reached or hung up ({type(error).__name__})"
        return self._error(what, FailureKind.TEMPORARY)

    def _at_login(self, reply: Reply) -> DeliveryError:
        if reply.status == _NO_PASSWORDS:
            hint = 'takes no passwords any more; set smtp.auth = "xoauth2"'
        elif self.settings.auth == "xoauth2":
            hint = "refused the token; check smtp.user, and that the application may send for it"
        else:
            hint = "refused the login; check smtp.user and the password"
        return self._refused(hint, reply, FailureKind.SETTINGS)

    def _at_sender(self, reply: Reply) -> DeliveryError:
        if reply.code == 552 or reply.status in _TOO_LARGE:
            return self._too_large(reply)
        if reply.code == 530:
            return self._refused("wants a login; set smtp.user", reply, FailureKind.SETTINGS)
        what = "refused the sender; check smtp.sender and smtp.bounce_address"
        return self._refused(what, reply, FailureKind.SETTINGS)

    def _at_recipient(self, reply: Reply, recipient: str) -> DeliveryError:
        domain = recipient.rpartition("@")[2]
        if reply.code == 530:
            return self._refused("wants a login; set smtp.user", reply, FailureKind.SETTINGS)
        if self.settings.user is None and _RELAYING.search(reply.words):
            what = f"does not relay to {domain} without a login; set smtp.user, or have this machine allowed"
            return self._refused(what, reply, FailureKind.SETTINGS)
        return self._refused(f"refused a recipient at {domain}", reply, FailureKind.RECIPIENT)

    def _at_message(self, reply: Reply, recipient: str) -> DeliveryError:
        if reply.status in _MAY_NOT_SEND_AS:
            what = "does not let this account send as smtp.sender"
            return self._refused(what, reply, FailureKind.SETTINGS)
        if reply.status in _TOO_LARGE or (reply.code == 552 and reply.status != "5.2.2"):
            return self._too_large(reply)
        if reply.status.startswith(("5.1.", "5.2.")):
            domain = recipient.rpartition("@")[2]
            return self._refused(f"refused a recipient at {domain}", reply, FailureKind.RECIPIENT)
        what = "refused the message; ask its administrator to let mail from smtp.sender through"
        return self._refused(what, reply, FailureKind.MESSAGE)

    def _too_large(self, reply: Reply) -> DeliveryError:
        what = "refused the message as too large; ask its administrator for a higher limit"
        return self._refused(what, reply, FailureKind.MESSAGE)

    def _refused(self, what: str, reply: Reply, kind: FailureKind) -> DeliveryError:
        if reply.passes:
            what, kind = what.partition(";")[0] + " for now", FailureKind.TEMPORARY
        return self._error(f"{what} ({reply})", kind)

    def _error(self, what: str, kind: FailureKind) -> DeliveryError:
        return DeliveryError(f"mail: {self.where} {what}", kind=kind)
