"""Fetches uv from the package index with nothing but Python itself: Debian's has neither pip nor
venv. Arguments: the version, and the file to write."""

import base64
import hashlib
import html
import io
import os
import platform
import re
import ssl
import sys
import urllib.parse
import urllib.request
import zipfile

version, target = sys.argv[1:]
index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL")
index = urllib.parse.urlsplit(index or "https://pypi.org/simple")
authority = os.environ.get("SSL_CERT_FILE") or os.environ.get("PIP_CERT")
trust = ssl.create_default_context(cafile=authority)


def get(url):
    """What lies there; the name and password in the index's URL are for its host only."""
    request = urllib.request.Request(url)
    if index.username and urllib.parse.urlsplit(url).hostname == index.hostname:
        pair = f"{index.username}:{index.password or ''}"
        login = base64.b64encode(urllib.parse.unquote(pair).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {login}")
    with urllib.request.urlopen(request, timeout=180, context=trust) as answer:
        return answer.read()


# On Linux the one that is linked statically runs on every distribution.
system = "macosx" if sys.platform == "darwin" else "musllinux"
wheel = re.compile(rf"uv-{version}-py3-none-\S*{system}_\d+_\d+_{platform.machine()}\.whl")
host = index.netloc.rpartition("@")[2]
page = f"{index.scheme}://{host}{index.path.rstrip('/')}/uv/"
for link in re.findall(r'href="([^"]+)"', get(page).decode()):
    url = urllib.parse.urlsplit(urllib.parse.urljoin(page, html.unescape(link)))
    if wheel.search(url.path):
        break
else:
    sys.exit(f"{page} has no uv {version} for {platform.machine()} on {sys.platform}")

content = get(url._replace(fragment="").geturl())
wanted = urllib.parse.parse_qs(url.fragment).get("sha256")
if wanted and hashlib.sha256(content).hexdigest() != wanted[0]:
    sys.exit(f"{url.path} is not what {page} promised")
program = zipfile.ZipFile(io.BytesIO(content)).read(f"uv-{version}.data/scripts/uv")
half = f"{target}.half"
with open(half, "wb") as file:
    file.write(program)
os.chmod(half, 0o755)
os.replace(half, target)
