package jp.ekitei.android.logic

import java.io.InputStream
import java.io.OutputStream

/** Copies bytes of another app with a limit that holds whatever that app says about their size. */
object CopyLimit {
    /** At most so many files of one share or pick. */
    const val MAX_FILES = 50
    private const val BUFFER_BYTES = 64 * 1024

    class TooLarge(val limitBytes: Long) : Exception("more than $limitBytes bytes")

    /** The number of bytes. @throws TooLarge as soon as there is one byte more than [limitBytes] */
    fun copy(from: InputStream, to: OutputStream, limitBytes: Long): Long {
        val buffer = ByteArray(BUFFER_BYTES)
        var copied = 0L
        while (true) {
            val read = from.read(buffer)
            if (read < 0) return copied
            copied += read
            if (copied > limitBytes) throw TooLarge(limitBytes)
            to.write(buffer, 0, read)
        }
    }

    /** Whole megabytes, rounded up, for people. */
    fun megabytes(bytes: Long): Long = (bytes + 999_999) / 1_000_000
}
