"""On the path of every Python in a cell: what we do that is deprecated ends the module that does it."""

import warnings

for _category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
    warnings.filterwarnings("error", category=_category, module=r"ansible_collections\.ocp_day2\.")
