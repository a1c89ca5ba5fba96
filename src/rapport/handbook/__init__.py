"""The handbook: notebooks executed, pages rendered, checked, packaged and swapped in whole.
`build` makes all of it; `execute.write_outputs` stores outputs in the course's notebooks."""
