"""The application as servers and the command line find it."""

from gallery import create_app

app = create_app()
