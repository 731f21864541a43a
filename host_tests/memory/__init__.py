"""What the firmware takes: modules as bytecode, heap stage by stage, the least that will do.

    make memory                  a table of modules and of the heap's stages on the PC
    make memory ARGS=--chip      ... and on the emulated RP2040
    make memory-least            the smallest heap on which the tests pass, on the PC
    make memory-least ARGS=--chip   ... and on the chip

Results are kept in build/memory.json and build/memory-least.json.
"""
