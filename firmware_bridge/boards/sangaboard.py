"""Sangaboard: the stage board of the OpenFlexure microscope, its documented text protocol.

Firmware 0.4 calls itself "OpenFlexure Motor Board" and, like 0.5, hears nothing while it moves. 1.0 moves beside
listening: `stop`, `moving?`, `notify_on_stop`, `blocking_moves`. Source: help text and sources of the firmware 0.4 to
1.0 (gitlab.com/openflexure/sangaboard), and its client pysangaboard.
"""

from __future__ import annotations

from firmware_bridge.boards.dialect import Command, Dialect, Kind, Reply, Role, by_name, read_by_form, replies_by_name

V0_5, V1 = (0, 5), (1, 0)
_MOVED = ("done", "stopped", "aborted")

COMMANDS = by_name(
    Command("version", "version", "which firmware this is", ("version",), safe=True),
    Command("board", "board", "which board this is", ("board",), safe=True, since=V0_5),
    Command("list_modules", "list_modules", "optional parts, one a line", ("end",), ("module",), safe=True),
    Command("help", "help", "the commands", ("end",), ("prose",), safe=True),
    Command("mrx", "mrx {x:int}", "move x by this many steps", _MOVED),
    Command("mry", "mry {y:int}", "move y by this many steps", _MOVED),
    Command("mrz", "mrz {z:int}", "move z by this many steps", _MOVED),
    Command("mr", "mr {x:int} {y:int} {z:int}|move_rel {x:int} {y:int} {z:int}", "move all three by steps", _MOVED),
    Command("position", "p?|position?", "where it is, in steps", ("position",), safe=True),
    Command("release", "release", "take the current off the motors", ("released", "done"), safe=True),
    Command("zero", "zero", "call this place 0 0 0", ("zeroed",), safe=True),
    Command("ramp_time?", "ramp_time?", "time to speed up, µs", ("ramp_time",), safe=True),
    Command("ramp_time", "ramp_time {us:int}", "set it", ("done",), safe=True),
    Command("step_delay?", "dt?|min_step_delay?", "time between steps, µs", ("step_delay",), safe=True),
    Command("step_delay", "dt {us:int}|min_step_delay {us:int}", "set it", ("done",), safe=True),
    Command("stop", "stop", "stop at once", ("aborted", "done"), kind=Kind.RESCUE, safe=True, since=V1),
    Command("moving?", "moving?", "is it moving", ("moving",), safe=True, since=V1),
    Command("notify_on_stop", "notify_on_stop", "say so at the end of this move", ("stopped", "not_moving"), since=V1),
    Command("blocking_moves?", "blocking_moves?", "do moves answer at their end", ("blocking",), safe=True, since=V1),
    Command("blocking_moves", "blocking_moves {on:flag}", "true or false", ("done", "blocking"), safe=True, since=V1),
    Command("led_channels?", "led_channels?", "how many lamps", ("led_channels",), safe=True, since=V1),
    Command("led_cc?", "led_cc?", "brightness of the lamp, 0–1", ("led_cc",), safe=True, since=V1),
    Command("led_cc", "led_cc {share:float}", "set it", ("led_cc", "done"), safe=True, since=V1),
    Command("light_gain?", "light_sensor_gain?", "gain of the light sensor", ("light_gain",), safe=True),
    Command("light_gain", "light_sensor_gain {gain:int}", "set it", ("light_gain", "light_gain_wrong"), safe=True),
    Command("light_gains?", "light_sensor_gain_values?", "gains it knows", ("light_gains",), safe=True),
    Command("light_time?", "light_sensor_integration_time?", "its exposure", ("light_time",), safe=True),
    Command("light?", "light_sensor_intensity?", "what it sees", ("light",), safe=True),
)

REPLIES = replies_by_name(
    Reply(
        "version",
        "Sangaboard Firmware v{version:text}|OpenFlexure Motor Board v{version:text}",
        "to `version`, and by itself after a start",
        Role.RESTART,
    ),
    Reply("done", "done.|done", "obeyed, or arrived"),
    Reply("stopped", "stopped", "arrived; in 1.0 also by itself after `notify_on_stop`", Role.UNASKED),
    Reply("aborted", "Move aborted", "to `stop`"),
    Reply("position", "{x:int} {y:int} {z:int}", "steps"),
    Reply("moving", "{on:flag}", "to `moving?`"),
    Reply("blocking", "blocking_moves {on:flag}", "true or false"),
    Reply("released", "motors released", "to `release`"),
    Reply("zeroed", "position reset to 0 0 0", "to `zero`"),
    Reply("ramp_time", "ramp time {us:int}|ramp_time {us:int}", "µs"),
    Reply("step_delay", "minimum step delay {us:int}", "µs"),
    Reply("not_moving", "Error: stage is not moving", "to `notify_on_stop` at rest", Role.REFUSAL),
    Reply("bad", "Bad command.", "the figure is missing", Role.REFUSAL),
    Reply("usage", "Error: command is mr <int> <int> <int>", "figures are missing", Role.REFUSAL),
    Reply("unknown", "Type 'help' for a list of commands.|Invalid command", "no such command", Role.REFUSAL),
    Reply("led_channels", "CC:{cc:int} PWM:{pwm:int}", "lamps of constant current, lamps of pulse width"),
    Reply("led_cc", "CC LED:{share:float}", "0–1"),
    Reply("light_gain", "light sensor gain {gain:text}", "like 25x (Medium)"),
    Reply("light_gain_wrong", "Error: gain may only be {gains:text}", "no such gain", Role.REFUSAL),
    Reply("light_gains", "light sensor gains: {gains:text}", "all gains"),
    Reply("light_time", "light sensor integration time {ms:int} ms", "ms"),
    Reply("light", "{level:int}", "of 65535", loose=True),
    Reply("end", "--END--", "ends several lines"),
    Reply("board", "Sangaboard v{version:text}|Sangaboard clone v{version:text}", "to `board`"),
    Reply("module", "{part:text}: {model:text}", "one part, to `list_modules`", loose=True),
    Reply("prose", "{line:text}", "one line, to `help`", loose=True),
)

SANGABOARD = Dialect(
    name="sangaboard",
    title="Sangaboard",
    baud=115_200,
    line_limit=63,
    commands=COMMANDS,
    replies=REPLIES,
    read_line=read_by_form,
)
