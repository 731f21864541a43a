"""&F, &W, Z, +CFUN: where the settings come from, and what of them is kept."""

from .. import errors
from ..context import DONE
from ..settings import LINE, NEVER, PROFILE, load, restore, save


def factory(context):
    """AT&F: all but the line, which the host must not lose, and the dialect it was written for."""
    restore(context.settings, (PROFILE, NEVER))
    return DONE


def reset(context):
    """ATZ: as kept by &W; calls and sockets stay."""
    whole = load(context.settings, context.board.store, PROFILE)  # first: it allocates
    restore(context.settings, (NEVER,))
    return DONE if whole else context.fail(errors.NOT_RESTORED)


def write(context):
    """AT&W: the profile now, the line for the next start."""
    saved = save(context.settings, context.board.store, PROFILE, LINE)
    return DONE if saved else context.fail(errors.STORE_FAILED)


def cfun_set(context):
    """AT+CFUN=1, AT+CFUN=1,1: a restart after the OK has been sent (H20). AT+CFUN=1,0: nothing."""
    arguments = context.arguments
    restarts = arguments.value_or(1, 1)
    if arguments.value(0) != 1 or restarts > 1:
        return context.fail(errors.ERROR)
    if restarts:
        context.deferred.restart()
    return DONE


def cfun_read(context):
    context.writer.begin(b"+CFUN: 1").end()
    return DONE
