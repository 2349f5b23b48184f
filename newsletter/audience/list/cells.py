"""What a cell says about being mailed: words of other programs and of four languages.

A word is compared in its plain form (`plain`): lower case, without accents, its parts separated by
spaces. So "Désabonné", "opted-out" and "hardBounce" are "desabonne", "opted out", "hard bounce".
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

INVISIBLE = " \t\r\n\v\f\u00a0\u200b\u2060\ufeff"
"""What pasting leaves at the ends of a cell: no-break and zero-width spaces, a BOM."""

LONGEST = 200
"""Characters that are read of a cell; every word is shorter."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ACCENTS = re.compile("[\u0300-\u036f]")
_PARTS = re.compile(r"[\W_]+")


class Says(StrEnum):
    """What a cell says; those in GONE mean that the reader must not be mailed, and why."""

    NOTHING = "nothing"
    NO = "no"
    YES = "yes"
    DATE = "date"
    MAILED = "mailed"
    UNKNOWN = "unknown"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    BLOCKED = "blocked"
    UNCONFIRMED = "unconfirmed"


GONE = frozenset({Says.UNSUBSCRIBED, Says.BOUNCED, Says.COMPLAINED, Says.BLOCKED, Says.UNCONFIRMED})


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return a text's plain form; the module's docstring describes it."""
    text = _HUMP.sub(" ", text[:LONGEST].strip(INVISIBLE))
    spelt = unicodedata.normalize("NFKD", text).casefold()
    return _PARTS.sub(" ", _ACCENTS.sub("", spelt)).strip()


def _plainly(text: str) -> frozenset[str]:
    return frozenset(plain(word) for word in text.split(","))


_NOTHING = _plainly(
    "n/a,na,null,none,nil,nan,undefined,blank,empty,unset,not set,never,(none),"
    "jamais,aucun,aucune,néant,nie,keine,keiner,leer,nunca,ninguno,ninguna,vacío,"
    "0000-00-00,0000-00-00 00:00:00,0000-00-00T00:00:00Z"
)
_NO = _plainly("no,n,false,f,0,0.0,off,unchecked,non,faux,nein,falsch,falso,nee,nej,não,ne,нет")
_YES = _plainly(
    "yes,y,true,t,1,1.0,x,xx,on,checked,oui,o,vrai,ja,j,wahr,si,s,verdadero,v,waar,sim,vero,tak,да"
)
_TICKS = frozenset("✓✔☑✅")
_DASHES = " -\N{EN DASH}\N{EM DASH}._/"

_MAILED = _plainly(
    "active,subscribed,confirmed,enabled,opted in,opt in,optin,optedin,"
    "actif,abonné,abonnée,inscrit,inscrite,confirmé,confirmée,"
    "aktiv,angemeldet,abonniert,bestätigt,"
    "activo,activa,suscrito,suscrita,alta,de alta,dado de alta,dada de alta,confirmado,confirmada"
)

_PLAINLY_GONE = {
    Says.UNSUBSCRIBED: _plainly(
        "unsubscribed,unsubscribe,unsubscribes,unsubscribing,unsub,unsubs,unsubbed,"
        "opted out,opt out,optout,optedout,opting out,"
        "do not email,do not mail,do not contact,do not send,do not e mail,donotemail,"
        "donotmail,donotcontact,donotsend,"
        "désabonné,désabonnée,désabonnement,se désabonner,désinscrit,désinscrite,désinscription,"
        "abgemeldet,abbestellt,ausgetragen,"
        "de baja,dado de baja,dada de baja,darse de baja,baja voluntaria,desuscrito,desuscrita,"
        "desuscribir,desinscrito,desinscrita,"
        "asked to be removed,no longer wants the newsletter,no longer wants to receive"
    ),
    Says.BOUNCED: _plainly(
        "bounced,bounce,bouncing,bounces,hard bounce,hard bounced,soft bounce,soft bounced,"
        "hardbounce,softbounce,hardbounced,softbounced,by bounces,"
        "undeliverable,unzustellbar,nicht zustellbar,user unknown,unknown user"
    ),
    Says.BLOCKED: _plainly("blocklisted,blacklisted,blocklist,blacklist"),
}
"""Words that mean in any column that the reader must not be mailed."""

_GONE_IN_A_STATUS = {
    Says.UNSUBSCRIBED: _plainly(
        "un subscribed,don't email,don't mail,don't contact,don't send,"
        "not subscribed,non subscribed,nonsubscribed,notsubscribed,never subscribed,"
        "no longer subscribed,removed,deleted,left,has left,gone,quit,out,resigned,withdrawn,"
        "revoked,declined,refused,rejected,cancelled,canceled,churned,stopped,stop,disabled,"
        "deactivated,inactive,archived,former,dropped,excluded,terminated,closed,suspended,"
        "paused,on hold,no email,no emails,no e mail,no mail,nomail,no mailing,no mailings,dnc,"
        "dne,dnm,by user,by moderator,transactional,unreachable by choice,opposed,objected,denied,"
        "ne pas contacter,ne plus contacter,ne pas envoyer,ne plus envoyer,pas d'e mails,"
        "refusé,refusée,refus,opposé,opposée,opposition,radié,radiée,résilié,résiliée,supprimé,"
        "supprimée,parti,partie,sorti,sortie,retiré,retirée,inactif,désactivé,désactivée,"
        "non abonné,non abonnée,non inscrit,non inscrite,annulé,annulée,démissionné,"
        "nicht kontaktieren,nicht anschreiben,keine e mails,keine emails,keine mails,"
        "gekündigt,gekuendigt,gelöscht,geloescht,inaktiv,deaktiviert,nicht abonniert,"
        "nicht angemeldet,widerrufen,widersprochen,widerspruch,abgelehnt,storniert,ausgetreten,"
        "verweigert,abmeldung,kündigung,kuendigung,entfernt,austritt,kein newsletter,"
        "no contactar,no enviar,baja,cancelado,cancelada,anulado,anulada,rechazado,rechazada,"
        "eliminado,eliminada,"
        "inactivo,inactiva,no suscrito,no suscrita,suprimido,suprimida,desactivado,desactivada,"
        "retirado,retirada,revocado,revocada,borrado,borrada"
    ),
    Says.BOUNCED: _plainly(
        "cleaned,undeliverable,undelivered,unreachable,unmailable,invalid,invalid email,dead,"
        "failed,failing,mailbox full,bad address,bad email,returned,nonexistent,non existent,"
        "rebond,rebonds,rejeté,rejetée,invalide,npai,injoignable,"
        "unzustellbar,nicht zustellbar,ungültig,ungueltig,zurückgewiesen,zurückgekommen,"
        "rebotado,rebotada,rebote,rebotes,devuelto,devuelta,inválido,inválida"
    ),
    Says.COMPLAINED: _plainly(
        "complained,complaint,complaints,complainer,complaining,spam,spam complaint,"
        "spam complaints,marked as spam,reported as spam,spammy,abuse,junk,"
        "plainte,beschwerde,spambeschwerde,queja"
    ),
    Says.BLOCKED: _plainly(
        "block listed,black listed,blocked,banned,suppressed,suppression,quarantined,forbidden,"
        "bloqué,bloquée,gesperrt,"
        "blockiert,bloqueado,bloqueada,liste noire,lista negra,non marketable"
    ),
    Says.UNCONFIRMED: _plainly(
        "unconfirmed,pending,not confirmed,unverified,unactivated,waiting,validating,invited,"
        "awaiting confirmation,pending confirmation,en attente,non confirmé,non confirmée,"
        "unbestätigt,nicht bestätigt,ausstehend,pendiente,sin confirmar,no confirmado,"
        "no confirmada"
    ),
}
"""Words that mean so in a column about being mailed, and may mean something else elsewhere."""

# Parts of such words in languages whose columns this program does not read by itself: Italian,
# Dutch, Portuguese, Romanian, Scandinavian, Finnish, Polish, Czech, Hungarian, Turkish, Russian,
# Ukrainian, Greek, Chinese, Japanese, Korean, Arabic, Hebrew.
_FOREIGN_PARTS = _plainly(
    "disiscri,cancellato,cancellata,cancellazione,disattivat,uitgeschr,uitschrijv,afgemeld,afmeld,"
    "opgezegd,descadastr,cancelad,cancelament,desativad,dezabon,avregistr,avprenumer,avanmäl,"
    "avmeld,utmeldt,frameld,avslutad,peruttu,peruut,poistunu,wypisan,rezygnac,odhlás,zrušen,"
    "leiratkoz,abonelikten,iptal,отпис,отказ,відпис,відмов,διαγραφ,απεγγραφ,退订,取消订阅,退訂,"
    "取消訂閱,退会,解除,配信停止,購読停止,수신거부,구독취소,해지,إلغاء,ملغى,הסר,בוטל"
)

_GONE_WORDS = {
    word: says
    for kinds in (_GONE_IN_A_STATUS, _PLAINLY_GONE)
    for says, words in kinds.items()
    for word in words
}
PLAINLY_GONE = {word: says for says, words in _PLAINLY_GONE.items() for word in words}
"""The words that `plainly_gone` knows, in their plain form."""
# Within a text these may be about a bouncy castle, a contest (ausgetragen) or sick leave (baja).
_ALONE = _plainly("bounce,bounces,bouncing,ausgetragen,de baja,unsubs,opt outs")
_LONGEST_FIRST = sorted(PLAINLY_GONE.keys() - _ALONE, key=len, reverse=True)
_PHRASE = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _LONGEST_FIRST))})(?!\w)")
_NOT = re.compile(
    r"(?<!\w)(?:not?|never|nicht|nie|kein|keine|pas|jamais|nunca|sin|ohne)(?: \w+)? $"
)
_A_FEW_WORDS = 8

# 2026-10-02, 02/10/2026 08:30, 2.10.26, 20261002, 1790928000, "2 October 2026"
_DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:\D.*)?|(?:19|20)\d{6}|1\d{9}(?:\d{3})?(?:\.\d+)?"
    r"|.*\b(?:19|20)\d\d\b.*"
)


def answer(cell: str) -> Says:
    """Return what a whole cell says: nothing, yes or no, a date, or a word of a status."""
    cell = cell[:LONGEST].strip(INVISIBLE)
    said = plain(cell)
    if not said:
        if not cell.strip(_DASHES):
            return Says.NOTHING
        return Says.YES if _TICKS.intersection(cell) else Says.UNKNOWN
    if said in _GONE_WORDS:
        return _GONE_WORDS[said]
    for says, words in ((Says.NOTHING, _NOTHING), (Says.NO, _NO), (Says.YES, _YES)):
        if said in words:
            return says
    if said in _MAILED:
        return Says.MAILED
    return Says.DATE if _DATE.fullmatch(cell) else Says.UNKNOWN


def plainly_gone(cell: str) -> Says | None:
    """Return why a reader must not be mailed, if a cell of any column plainly says so.

    Such a cell is one of the words, a short text with one in it ("unsubscribed by phone"), or a
    longer text that begins with one. Addresses are ignored, and so is a cell with a link.
    """
    if "://" in cell:
        return None
    said = plain(" ".join(word for word in cell[:LONGEST].split() if "@" not in word))
    if said in PLAINLY_GONE:
        return PLAINLY_GONE[said]
    is_short = len(said.split()) <= _A_FEW_WORDS and len(cell) < LONGEST
    for match in _PHRASE.finditer(said):
        if match.start() and not is_short:
            return None
        if not _NOT.search(said[: match.start()]):
            return PLAINLY_GONE[match[0]]
    return None


def gone_in_a_status(cell: str) -> Says | None:
    """Return why a reader must not be mailed, if a cell of a column about being mailed says so."""
    said = answer(cell)
    if said in GONE:
        return said
    found = plainly_gone(cell)
    if found is None and any(part in plain(cell) for part in _FOREIGN_PARTS):
        return Says.UNSUBSCRIBED
    return found


def has_foreign_part(text: str) -> bool:
    """Return whether a text holds a word for leaving in one of some twenty other languages."""
    return any(part in plain(text) for part in _FOREIGN_PARTS)
