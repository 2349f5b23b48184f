"""What a column is about, by its name: names of other programs, in four languages.

A name that is in no table is judged by its parts ("Date of unsubscribing", `email_opt_out`). The
result is a known column, a field, or a field that may say who has left; the editor is asked about
the last where its cells say so.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property

from newsletter.audience.list.cells import has_foreign_part, plain
from newsletter.settings.values import KNOWN_COLUMNS


class _Parts:
    """A pattern that is compiled at its first use: that takes long, and few headers need it."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern)

    def search(self, name: str) -> re.Match[str] | None:
        return self._compiled.search(name)

    def fullmatch(self, name: str) -> re.Match[str] | None:
        return self._compiled.fullmatch(name)


class Role(StrEnum):
    """What the cells of a column mean."""

    FIELD = "field"
    """Nothing, except for a word that plainly says that the reader left."""
    STATUS = "status"
    UNSUBSCRIBED = "unsubscribed"
    """Yes, a date or a reason: the reader left."""
    SUBSCRIBED = "subscribed"
    """No: the reader left."""
    EXPIRES = "consent_expires"
    CONSENT = "consent"
    LEFT_WHEN_OR_WHY = "unsubscribed, when or why"
    """Anything but no: the reader left."""
    MAYBE_STATUS = "maybe a status"
    MAYBE_LEFT = "maybe who left"
    MAYBE_STAYS = "maybe who wants it"


KNOWN_ROLES = {
    "status": Role.STATUS,
    "unsubscribed": Role.UNSUBSCRIBED,
    "subscribed": Role.SUBSCRIBED,
    "consent": Role.CONSENT,
    "consent_expires": Role.EXPIRES,
}
"""Known columns that may exclude a reader."""

_OTHER_NAMES = {
    "email": (
        *("e_mail", "email_address", "e_mail_address", "emailaddress", "mail", "mail_address"),
        *("email_id", "subscriber_email", "contact_email", "courriel", "adresse_courriel"),
        *("adresse_e_mail", "adresse_email", "adresse_mail", "adresse_électronique"),
        *("e_mail_adresse", "email_adresse", "emailadresse", "mailadresse", "correo"),
        *("correo_electrónico", "correo_electronico", "dirección_de_correo", "direccion_de_correo"),
        *("dirección_de_correo_electrónico", "direccion_de_correo_electronico"),
    ),
    "name": ("full_name", "fullname"),
    "first_name": ("firstname", "given_name"),
    "last_name": ("lastname", "surname", "family_name"),
}
ALIASES = {other: known for known, others in _OTHER_NAMES.items() for other in others}
"""Maps names of other programs, as `column_name` writes them, to the known column."""

# Substack's column for who pays.
_ORDINARY = frozenset({"active subscription"})

_STATUS = r"status|statut"
_ABOUT_MAIL = (
    r"e|emails?|mails?|mailings?|newsletters?|lists?|subscribers?|subscriptions?|marketing|global"
    r"|delivery|abonnements?|abos?|abonn[eé]s?|inscription|suscripcion|suscriptor|correo|courriel"
    r"|campaigns?|contacts?|empfanger|verteiler|boletin|lista|liste"
)
_SMALL_WORDS = (
    r"is|has|was|be|been|are|of|the|in|to|from|for|all|any|bulk|by|at|on|with|user|me|us|our|my|your"
    r"|l|d|le|la|les|de|des|du|a|au|aux|el|del|los|las|por|der|die|das|den|dem|vom|von|am|im|zum|per"
    r"|ist|wurde|hat|est|ete|esta|fue|se|s|dad[oa]|voluntaria|can|may|kann|peut|puede|ok|okay|\d+"
)
_WHEN_AND_WHY = (
    r"date|datetime|day|time|timestamp|utc|at|on|since|reasons?|other|title|id|name|type|code|why"
    r"|source|method|ip|by|comments?|feedback|notes?|flag|status|campaign|channel|page|hard|soft"
    r"|permanent(?:ly)?|manual(?:ly)?|datum|zeit|zeitpunkt|uhrzeit|grund|seit|motifs?|raison"
    r"|depuis|heure|jour|fecha|hora|motivos?|razon|causa|desde"
)
_LEAVING = (
    r"unsub\w*|un subscri\w*|opt(?:ed|s|ing)? ?out\w*"
    r"|(?:do|does) ?not ?(?:e ?)?(?:mail|email|contact|send|deliver|disturb)\w*|no ?e?mails?"
    r"|no (?:bulk|newsletters?|mailings?|contact|marketing|correos?)|pas (?:d|de)|dnc|dne|dnm"
    r"|black ?list\w*|block ?list\w*|suppress(?:ed|ions?)?|bounce[ds]?|bouncing"
    r"|(?:hard|soft)bounce[ds]?"
    r"|complain(?:ed|ts?|ing)|spam ?(?:complaints?|reports?|reported|complaining)"
    r"|quarantined|undeliverab\w*"
    r"|not subscribed|non ?subscribed|never subscribed|excluded from"
    r"|desabonn\w*|desinscri\w*|ne (?:pas|plus) \w+|liste noire"
    r"|abgemeldet\w*|abmelde\w*|\w*abmeldung\w*"
    r"|abbestell\w*|ausgetragen|austragung|nicht anschreiben"
    r"|keine? (?:e ?)?(?:mails?|newsletter)"
    r"|bajas?|desuscri\w*|no (?:contactar|enviar|suscrit[oa])|lista negra"
)
_LEAVING_BY_MAIL = (
    r"e? ?mails? (?:disabled|blocked|deleted|removed|stopped|invalid|unreachable)"
    r"|clean(?:ed)?(?= (?:at|on|time|date|campaign))|deleted(?= (?:at|on))|removed(?= (?:at|on))"
    r"|cleaned|unsubscrib\w*"
)
_MAY_BE_LEAVING = (
    r"left|deleted|removed|disabled|deactivat\w*|cancel\w*|churn\w*|blocked|banned|inactive"
    r"|stop(?:ped)?|refus\w*|revok\w*|withdr[ae]w\w*|declined|reject\w*|resign\w*|quit|gone|departed"
    r"|invalid|exclu[ds]\w*|on hold|hold|spam|unconfirmed|unverified|pending|archived|terminated"
    r"|suspended|dropped|opposition|oppos\w*|objected|objection|undesired|unreachable|unwanted"
    r"|never|failed|failure|dead|unactivated|nomail|paused|expired|lapsed|deceased|died"
    r"|radiee?|resiliee?|supprimee?s?|parti|partie|sorti|sortie|retiree?|inactif|inactive|rebonds?"
    r"|plaintes?|annulee?|bloquee?|rejetee?|injoignable|revoquee?"
    r"|gekundigt\w*|kundigung\w*|gekuendigt\w*|kuendigung\w*|gesperrt|sperre|sperrung|geloscht"
    r"|geloescht|inaktiv|widerruf\w*|widerspr\w*|unzustellbar\w*|abgelehnt|storniert|ausgetreten"
    r"|austritt\w*|beschwerde\w*|blockiert|entfernt|deaktiviert|gestoppt|zuruckgewiesen"
    r"|sperrvermerk|sperrliste|werbesperre|\w+widerspruch|verstorben|abgelaufen|decedee?|fallecid[oa]"
    r"|cancelad[oa]|anulad[oa]|rebotad[oa]|rebotes?|bloquead[oa]|rechazad[oa]|eliminad[oa]"
    r"|inactiv[oa]|suprimid[oa]|quejas?|revocad[oa]|retirad[oa]|desactivad[oa]|devuelt[oa]"
)
_ADDRESS = "address(?:es)?"
_YES_OR_NO = "ja|nein|yes|no|oui|non|si|y|n"
_WANTING = (
    r"subscribed|opt(?:ed|s)? ?in|optin|accepts|active(?= e?mail)"
    r"|abonnee?|inscrite?|abonniert|angemeldet|suscrit[oa]"
)
_CONSENT = (
    r"consent\w*|permissions?|gdpr|rgpd|dsgvo|einwilligung|zustimmung|einverst\w*|accord"
    r"|autorizacion"
)
_MAY_BE_WANTING = (
    rf"{_CONSENT}|emailed|mailed"
    r"|newsletters?|mailings?|mailing ?list|marketing|e ?mails?|mails?|mailable|subscriber"
    r"|subscription|subscribe|acepta|accepte|infolettre"
    r"|boletin|rundbrief|active|aktiv|actif|activ[oa]|alta|enabled|confirmed|verified|valid"
    r"|validated|deliverable|contactable|reachable|receives?|wants?|wishes|agree[ds]?|accept(?:ed)?"
    r"|allow(?:ed|s)?|willing|contact|interested"
    r"|interessiert|interesse|interesad[oa]|erreichbar"
    r"|zustellbar|joignable|valide|valid[oa]|recib\w*|recoit|erhalt|bekommt|souhait\w*|veut"
    r"|mochte|wunscht|quiere|desea|optin|confirmee?|bestatigt|confirmad[oa]|gultig|approved|optedin"
)
_MAY_BE_STATUS = (
    rf"{_STATUS}|state|etat|estado|zustand|stato|stav|stan|tila|durum|stare|situacao|situacion"
    r"|reception|preferences?|deliverability|tilstand|allapot|статус|состояние|стан|κατασταση"
    r"|状态|狀態|状態|ステータス|상태|حالة"
)
_NOT_MAIL = (
    r"sms|phone|telephone|telefon\w*|mobile|calls?|fax|post|postal|print|whatsapp|push|photos?"
    r"|payments?|orders?|invoices?|bill\w*|marital|employment|job|ticket|visa|vaccination"
)
_LINK = re.compile(r".* (?:url|uri|link|href|token|hash|key|lien|enlace)|(?:url|link|lien) .*")
_OF_OTHER_THINGS = re.compile(r"bounc\w*|complain\w*|bajas?")
_DATED = re.compile(
    r".*\b(?:date|datetime|time|timestamp|since|ip|source|datum|zeit|seit|depuis|fecha|desde)\b.*"
    r"|.* (?:at|on|am|le|el|by|via)"
)
_WHEN_OR_WHY = _Parts(
    rf"(?<!\w)(?:{_WHEN_AND_WHY})(?!\w)|\w*(?:datum|grund|zeit)(?!\w)| (?:le|el)$"
)
_COUNTED = re.compile(r"\b(?:counts?|number|num|total|anzahl|nombre|numero|bounces|complaints)\b")
_RATED = re.compile(r"\b(?:score|rate|ratio|percent\w*|prozent)\b")
_MEMBER = r"members?|memberships?|account|users?|person|people|reader|readers|lecteur|mitglied"


def _made_of(*parts: str) -> _Parts:
    part = "|".join(parts)
    return _Parts(rf"(?:{part})(?: (?:{part}))*")


def _holds(part: str) -> _Parts:
    return _Parts(rf"(?<!\w)(?:{part})(?!\w)")


_IS_STATUS = _made_of(_STATUS, _ABOUT_MAIL, _SMALL_WORDS)
_HAS_STATUS = _holds(_STATUS)
_STATE_OF_MAIL = _Parts(
    r"(?:etat|estado|zustand|state) (?:\w+ )*"
    r"(?:abonnement|abo|suscripcion|inscription|subscription|newsletter|boletin|infolettre)"
)
_IS_LEAVING = _made_of(
    _LEAVING, _LEAVING_BY_MAIL, _ABOUT_MAIL, _ADDRESS, _SMALL_WORDS, _WHEN_AND_WHY
)
_HAS_LEAVING = _holds(rf"{_LEAVING}|{_LEAVING_BY_MAIL}")
_IS_MAYBE_LEAVING = _made_of(
    _MAY_BE_LEAVING, _LEAVING, _ABOUT_MAIL, _ADDRESS, _CONSENT, _SMALL_WORDS, _WHEN_AND_WHY
)
_HAS_MAYBE_LEAVING = _holds(_MAY_BE_LEAVING)
_IS_WANTING = _made_of(_WANTING, _ABOUT_MAIL, _SMALL_WORDS)
_HAS_WANTING = _holds(_WANTING)
_IS_ACTIVE = _made_of("active|aktiv|actif|activ[oa]|enabled", r"is|e|emails?|mails?|ist|est")
_HAS_ACTIVE = _holds("active|aktiv|actif|activ[oa]|enabled")
_IS_MAYBE_WANTING = _made_of(
    _MAY_BE_WANTING, _WANTING, _ABOUT_MAIL, _SMALL_WORDS, _MEMBER, _YES_OR_NO
)
_HAS_MAYBE_WANTING = _holds(f"{_MAY_BE_WANTING}|{_WANTING}")
_IS_MAYBE_STATUS = _made_of(
    _MAY_BE_STATUS, _ABOUT_MAIL, _SMALL_WORDS, _MEMBER, _MAY_BE_WANTING, "type|kind|flags?|opt"
)
_HAS_OTHER_WAY = _holds(_NOT_MAIL)


def meaning(written: str, column: str) -> tuple[Role, str | None]:
    """Return a column's role, and its name among KNOWN_COLUMNS or None for a field.

    `written` is as in the header, `column` its `column_name`.
    """
    known = ALIASES.get(column, column)
    if known in KNOWN_COLUMNS:
        return KNOWN_ROLES.get(known, Role.FIELD), known
    role = _role(plain(written))
    return role, _UNDERSTOOD.get(role)


_UNDERSTOOD = {
    Role.STATUS: "status",
    Role.UNSUBSCRIBED: "unsubscribed",
    Role.LEFT_WHEN_OR_WHY: "unsubscribed",
    Role.SUBSCRIBED: "subscribed",
}


def _role(name: str) -> Role:
    if not name:
        return Role.MAYBE_STATUS
    is_ordinary = name in _ORDINARY or _LINK.fullmatch(name) or _RATED.search(name)
    if is_ordinary or (_HAS_OTHER_WAY.search(name) and not re.search(r"e? ?mail", name)):
        return Role.FIELD
    if leaving := _HAS_LEAVING.search(name):
        return _role_of_leaving(name, leaving[0])
    is_status = _HAS_STATUS.search(name) and _IS_STATUS.fullmatch(name)
    if is_status or _STATE_OF_MAIL.fullmatch(name):
        return Role.STATUS
    is_maybe_leaving = _HAS_MAYBE_LEAVING.search(name) and _IS_MAYBE_LEAVING.fullmatch(name)
    if is_maybe_leaving or has_foreign_part(name):
        return Role.MAYBE_LEFT
    return _role_of_staying(name)


def _role_of_leaving(name: str, found: str) -> Role:
    if _COUNTED.search(name):
        return Role.MAYBE_LEFT
    if not _IS_LEAVING.fullmatch(name):
        # A bounce house and a presenting complaint say nothing of mail.
        return Role.FIELD if _OF_OTHER_THINGS.fullmatch(found) else Role.MAYBE_LEFT
    return Role.LEFT_WHEN_OR_WHY if _WHEN_OR_WHY.search(name) else Role.UNSUBSCRIBED


def _role_of_staying(name: str) -> Role:
    is_wanting = _IS_WANTING.fullmatch(name) and _HAS_WANTING.search(name)
    if is_wanting or (_IS_ACTIVE.fullmatch(name) and _HAS_ACTIVE.search(name)):
        return Role.FIELD if _DATED.fullmatch(name) else Role.SUBSCRIBED
    if _IS_MAYBE_WANTING.fullmatch(name) and _HAS_MAYBE_WANTING.search(name):
        return Role.MAYBE_STAYS
    return Role.MAYBE_STATUS if _IS_MAYBE_STATUS.fullmatch(name) else Role.FIELD
