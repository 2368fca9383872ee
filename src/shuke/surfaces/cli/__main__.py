"""`python -m shuke.surfaces.cli`: the command line where no script is installed."""

from shuke.surfaces.cli.main import app

app(prog_name="shuke")
