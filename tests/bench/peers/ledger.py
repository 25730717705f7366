"""The pictures of a ledger into a PDF (img2pdf) or a workbook (XlsxWriter): ledger.py pdf|xlsx FOLDER ROUNDS.

Prints one line of JSON: milliseconds of each round, bytes of the file, peak memory of the process in KiB, the version.
The pictures are read before the clock starts, as on the other side; a page or a row each, no layout."""

import io
import json
import pathlib
import resource
import sys
import time

kind, folder, rounds = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
pictures = [file.read_bytes() for file in sorted(folder.glob("*.jpg"))]

if kind == "pdf":
    import img2pdf

    version = img2pdf.__version__

    def make():
        return img2pdf.convert(pictures)

else:
    import xlsxwriter

    version = xlsxwriter.__version__

    def make():
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        sheet = book.add_worksheet()
        for row, picture in enumerate(pictures):
            sheet.set_row(row, 219)
            options = {"image_data": io.BytesIO(picture), "x_scale": 0.2, "y_scale": 0.2}
            sheet.insert_image(row, 0, f"{row}.jpg", options)
            sheet.write_string(row, 8, f"写真 {row + 1}")
        book.close()
        return out.getvalue()


taken, size = [], 0
for _ in range(rounds):
    start = time.perf_counter()
    size = len(make())
    taken.append((time.perf_counter() - start) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"ms": taken, "bytes": size, "peak_kib": peak, "version": version}))
