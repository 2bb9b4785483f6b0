"""`phoenix serve`, with its gRPC port on loopback: Phoenix opens that one on every interface, whatever PHOENIX_HOST says."""

import sys

from grpc.aio._server import Server

open_port = Server.add_insecure_port
Server.add_insecure_port = lambda self, address: open_port(self, address.replace("[::]", "127.0.0.1"))

from phoenix.server.main import main  # noqa: E402

sys.argv = ["phoenix", "serve"]
main()
