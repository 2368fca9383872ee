"""`python -m shuke.surfaces.cli`: the command line where no script is installed."""

from shuke.surfaces.cli.main import main

main()
