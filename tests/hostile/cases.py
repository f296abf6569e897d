"""What people and disks do, the command that meets it, and what its one line says.

Each case is a name, a change of the project, a command, and a part of what is told.
"""

from tests.hostile import data, models, reports, usage

CASES = [*usage.USAGE, *usage.PARAMS_CASES, *data.CASES, *models.CASES, *reports.CASES]
