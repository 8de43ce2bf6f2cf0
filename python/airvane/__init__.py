"""Airvane, the MCP server for Apache Airflow, as a plugin of Airflow's web server.

The package brings the program ``airvane`` as well. Importing it starts nothing and imports
nothing: ``plugin`` is what Airflow loads.
"""

#: Where MCP is spoken, below the web server's own base path.
PREFIX = "/mcp/v1"

#: The page for people.
PAGE = PREFIX + "/page"
