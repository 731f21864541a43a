# The core: what runs on every board. A board's manifest adds the ports that it uses.
import os

CORE = sorted(name for name in os.listdir("wipmodem") if name.endswith(".py"))

# -O2 leaves out asserts; line numbers, which tracebacks need, go at -O3 only.
package("wipmodem", files=CORE, opt=2)
