"""Contract to verdict, the slow and obvious way: what every other enforcer is compared with, and nothing else uses.

Nothing here is compiled, cached or shared with another enforcer, but for what a pattern means (`patterns.portable`).
"""

from cli.agreement.reference.envelope import judge_envelope as judge_envelope
from cli.agreement.reference.rows import judge_rows as judge_rows
from cli.agreement.reference.verdict import judge as judge
