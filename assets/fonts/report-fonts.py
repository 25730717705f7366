#!/usr/bin/env python3
"""Makes the two fonts of reports and ledgers from BIZ UDPGothic (fontTools needed).

    report-fonts.py BIZUDPGothic-Regular.ttf BIZUDPGothic-Bold.ttf

Characters: everything that Windows code page 932 can write (JIS X 0208, NEC row 13 with ① and ㈱, the IBM kanji with
髙 and 﨑), Latin-1, some signs of forms. The font lacks ☐ ☑ ☒: they are composed from its own □, ✓ and ×.
"""

import sys

from fontTools import subset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

SIGNS = "☐☑☒✓✗㊞㎡㎥㎜㎝㎞㎏℃℡№〒〓※→←↑↓○◎●△▲▽▼□■◇◆☆★〜～―‐–—‘’“”…‥・−"


def characters():
    wanted = {chr(code) for code in range(0x20, 0x7F)} | {chr(code) for code in range(0xA0, 0x100)} | set(SIGNS)
    for lead in range(0x81, 0xFD):
        for trail in range(0x40, 0xFD):
            try:
                wanted |= set(bytes([lead, trail]).decode("cp932"))
            except UnicodeDecodeError:
                pass
    wanted |= {bytes([code]).decode("cp932") for code in range(0xA1, 0xE0)}
    return {sign for sign in wanted if not 0xE000 <= ord(sign) <= 0xF8FF}


def kanji(font):
    """Every kanji that the font has: names need those beyond the code page (鷗, 瘦)."""
    return {chr(code) for code in font.getBestCmap() if 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or code >= 0x20000}


def add_boxes(font):
    cmap, glyphs = font.getBestCmap(), font.getGlyphSet()
    box = cmap[ord("□")]
    advance = font["hmtx"][box][0]

    def bounds(name):
        pen = BoundsPen(glyphs)
        glyphs[name].draw(pen)
        return pen.bounds

    def draw(pen, name, transform=(1, 0, 0, 1, 0, 0)):
        record = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(record)
        record.replay(TransformPen(pen, transform))

    left, bottom, right, top = bounds(box)
    made = {}
    for code, name, inner, part in ((0x2610, "box.empty", None, 0), (0x2611, "box.tick", "✓", 0.86), (0x2612, "box.cross", "×", 0.62)):
        pen = TTGlyphPen(None)
        draw(pen, box)
        if inner:
            source = cmap[ord(inner)]
            x0, y0, x1, y1 = bounds(source)
            scale = part * min((right - left) / (x1 - x0), (top - bottom) / (y1 - y0))
            dx = (left + right) / 2 - scale * (x0 + x1) / 2
            dy = (bottom + top) / 2 - scale * (y0 + y1) / 2
            draw(pen, source, (scale, 0, 0, scale, dx, dy))
        made[name] = (code, pen.glyph())
    order = list(font.getGlyphOrder())
    for name, (code, glyph) in made.items():
        order.append(name)
        font["glyf"][name] = glyph
        font["hmtx"][name] = (advance, left)
        if "vmtx" in font:
            font["vmtx"][name] = font["vmtx"][box]
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name
    font.setGlyphOrder(order)


def make(source, target):
    font = TTFont(source)
    for table in ("GSUB", "GPOS", "vhea", "vmtx", "VORG", "DSIG", "gasp", "meta"):
        if table in font:
            del font[table]
    add_boxes(font)
    options = subset.Options(hinting=False, layout_features=[], name_IDs=["*"], notdef_outline=True, glyph_names=False)
    subsetter = subset.Subsetter(options)
    wanted = characters() | kanji(font)
    subsetter.populate(unicodes=[ord(sign) for sign in wanted])
    subsetter.subset(font)
    font.recalcTimestamp = False
    font.save(target)
    missing = sorted(wanted - {chr(code) for code in font.getBestCmap()})
    print(target, len(font.getGlyphOrder()), "glyphs; the font lacks", "".join(missing) or "nothing")


make(sys.argv[1], "BIZUDPGothic-Report-Regular.ttf")
make(sys.argv[2], "BIZUDPGothic-Report-Bold.ttf")
