"""libvips in process: photographs to display copy and thumbnail, as `derive` of ekitei-photo does.

derive.py thumbnail|shrink OUT_DIR ROUNDS FILE    prints one JSON line; reading the file is inside the clock

thumbnail: the documented call, which decodes for two steps of size. shrink: libvips told to let the JPEG decoder
halve the picture, which is what Ekitei does.
"""
import json
import pathlib
import sys
import time

import pyvips

DISPLAY_PX = 2016
THUMB_PX = 320


def derive(way, path):
    data = path.read_bytes()
    if way == "thumbnail":
        image = pyvips.Image.thumbnail_buffer(data, DISPLAY_PX, height=DISPLAY_PX, size="down")
    else:
        image = pyvips.Image.jpegload_buffer(data, shrink=2).autorot()
    # In memory, because it is read twice.
    display = image.copy_memory()
    thumb = display.thumbnail_image(THUMB_PX, height=THUMB_PX)
    return [(i.width, i.height, i.jpegsave_buffer(Q=80, keep="none")) for i in (display, thumb)]


way, out, rounds, path = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), pathlib.Path(sys.argv[4])
pyvips.cache_set_max(0)
times = []
for _ in range(rounds):
    began = time.perf_counter()
    made = derive(way, path)
    times.append((time.perf_counter() - began) * 1e3)
for name, (_, _, data) in zip(("display", "thumb"), made):
    (out / f"{name}.jpg").write_bytes(data)
version = ".".join(str(pyvips.version(part)) for part in range(3))
sizes = [{"width": w, "height": h, "bytes": len(data)} for w, h, data in made]
print(json.dumps({"version": version, "rounds_ms": times, "display": sizes[0], "thumb": sizes[1]}))
