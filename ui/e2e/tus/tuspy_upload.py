"""One upload by tuspy: URL, token, file and metadata (JSON) on the command line; small chunks, so that it has to go on."""
import json
import sys

from tusclient.client import TusClient

url, token, path, metadata = sys.argv[1:5]
client = TusClient(url, headers={"Authorization": f"Bearer {token}"})
uploader = client.uploader(path, chunk_size=64 * 1024, metadata=json.loads(metadata))
# The first chunk, then a new uploader that asks the office how far it got, as after a cut.
uploader.upload_chunk()
first = uploader.offset
again = client.uploader(path, chunk_size=64 * 1024, metadata=json.loads(metadata), url=uploader.url)
assert again.offset == first > 0, (again.offset, first)
again.upload()
print(again.offset)
