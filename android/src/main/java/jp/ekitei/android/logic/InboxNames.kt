package jp.ekitei.android.logic

import java.text.Normalizer

/** Names in the private inbox. The same rules as the core's inbox, which looks at every name again. */
object InboxNames {
    const val CAPTURE = "capture-"

    /** Between the unique part and the name that the file had elsewhere. */
    const val SEPARATOR = '~'

    /** Files that begin so are not whole yet; the core removes those of killed processes. */
    const val TEMPORARY_PREFIX = ".ekitei-part-"

    private const val MAX_BYTES = 255
    private const val MAX_PART_BYTES = 120

    /** Whether it is a plain file name inside the inbox. */
    fun isName(name: String): Boolean =
        name.isNotEmpty() && name.toByteArray().size <= MAX_BYTES && !name.startsWith('.') &&
            name.none { it == '/' || it == '\\' || it.isISOControl() }

    fun isCapture(name: String): Boolean = isName(name) && name.startsWith(CAPTURE)

    /** The unique name under which a file comes in that was called [shown] elsewhere. Never leaves the inbox, never hides. */
    fun incoming(id: String, shown: String?): String = "$id$SEPARATOR${plain(shown.orEmpty())}"

    private fun plain(shown: String): String {
        val cleaned = StringBuilder()
        var at = 0
        val normal = Normalizer.normalize(shown, Normalizer.Form.NFC)
        while (at < normal.length) {
            val point = normal.codePointAt(at)
            at += Character.charCount(point)
            mapped(point)?.let(cleaned::appendCodePoint)
        }
        val name = clipped(trimmed(cleaned.toString()))
        return name.ifEmpty { UNNAMED }
    }

    private fun trimmed(name: String): String = name.trim().trimEnd('.', ' ', '　').trimStart('.', ' ', '　', SEPARATOR)

    /** The end of a name says what the file is: it stays, the middle goes. */
    private fun clipped(name: String): String {
        if (name.toByteArray().size <= MAX_PART_BYTES) return name
        val dot = name.lastIndexOf('.')
        val tail = if (dot > 0 && name.substring(dot).toByteArray().size <= MAX_TAIL_BYTES) name.substring(dot) else ""
        val head = StringBuilder()
        var bytes = tail.toByteArray().size
        var at = 0
        while (at < name.length) {
            val point = name.codePointAt(at)
            bytes += String(Character.toChars(point)).toByteArray().size
            if (bytes > MAX_PART_BYTES) break
            head.appendCodePoint(point)
            at += Character.charCount(point)
        }
        return trimmed(head.toString()) + tail
    }

    private fun mapped(point: Int): Int? = when {
        point in 0xd800..0xdfff -> null
        point == '\n'.code || point == '\t'.code || point == '\r'.code -> ' '.code
        point in 0x200b..0x200f || point in 0x202a..0x202e || point in 0x2060..0x206f -> null
        point == 0xfeff || point == 0xfffe || point == 0xffff -> null
        Character.isISOControl(point) -> null
        else -> TWINS[point.toChar()]?.code?.takeIf { point < 0x80 } ?: point
    }

    /** What Windows forbids, as its full-width twin. */
    private val TWINS = mapOf(
        '<' to '＜', '>' to '＞', ':' to '：', '"' to '”', '/' to '／', '\\' to '＼', '|' to '｜', '?' to '？', '*' to '＊',
    )
    private const val MAX_TAIL_BYTES = 16
    private const val UNNAMED = "無題"
}
