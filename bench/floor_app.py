"""The floor of every page: Flask that says hello, on the same server."""

from flask import Flask

app = Flask(__name__)


@app.get("/hello")
def hello() -> str:
    """The least that an answer can be."""
    return "hello"
