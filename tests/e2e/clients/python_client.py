"""What a client made with the Python package `mcp` sees of a server, as JSON.

    python_client.py stdio CALLS COMMAND [ARGUMENT …]
    python_client.py http CALLS URL [AUTHORIZATION]

CALLS is a JSON list of [tool, arguments]. The environment is passed on to the command.
"""

import asyncio
import json
import os
import sys

import httpx2
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client


def target(transport, rest):
    if transport == "http" and len(rest) > 1:
        client = httpx2.AsyncClient(headers={"Authorization": rest[1]}, timeout=60, trust_env=False)
        return streamable_http_client(rest[0], http_client=client)
    if transport == "http":
        return rest[0]
    return stdio_client(StdioServerParameters(command=rest[0], args=rest[1:], env=dict(os.environ)))


async def main(transport, calls, *rest):
    async with Client(target(transport, rest)) as client:
        listed = await client.list_tools()
        answers = []
        for tool, arguments in json.loads(calls):
            result = await client.call_tool(tool, arguments)
            text = "\n".join(part.text for part in result.content)
            answers.append({"text": text, "is_error": bool(result.is_error)})
        protocol = client.protocol_version
    tools = [tool.name for tool in listed.tools]
    print(json.dumps({"protocol": protocol, "tools": tools, "answers": answers}))


asyncio.run(main(*sys.argv[1:]))
