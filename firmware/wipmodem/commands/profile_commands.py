"""&F, &W, Z, +CFUN: where the settings come from, and what of them is kept (base.md section 3)."""

from .. import errors
from ..settings import LINE, NEVER, PROFILE, restore
from .base import DONE


def factory(modem):
    """AT&F: all but the line, which the host must not lose, and the dialect it was written for."""
    restore(modem.settings, (PROFILE, NEVER))
    return DONE


def reset(modem):
    """ATZ: as kept by &W; calls and sockets stay."""
    whole = modem.profile.load(PROFILE)  # first: it allocates
    restore(modem.settings, (NEVER,))
    return DONE if whole else errors.NOT_RESTORED


def write(modem):
    """AT&W: the profile now, the line for the next start."""
    return DONE if modem.profile.save(PROFILE, LINE) else errors.STORE_FAILED


def cfun_set(modem):
    """AT+CFUN=1, AT+CFUN=1,1: a restart after the OK has been sent (H20). AT+CFUN=1,0: nothing."""
    arguments = modem.arguments
    restarts = arguments.value_or(1, 1)
    if arguments.value(0) != 1 or restarts > 1:
        return errors.ERROR
    if restarts:
        modem.after.restart()
    return DONE


def cfun_read(modem):
    modem.writer.begin(b"+CFUN: 1").end()
    return DONE
