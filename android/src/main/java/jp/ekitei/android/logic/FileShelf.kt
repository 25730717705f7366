package jp.ekitei.android.logic

import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING

/** A shelf in a file of its own, read anew each time: the screens and the background are two processes. */
class FileShelf(private val file: File) : Shelf {
    override fun read(): String? = try {
        file.readText()
    } catch (_: IOException) {
        null
    }

    override fun write(value: String?) {
        if (value == null) {
            Files.deleteIfExists(file.toPath())
            return
        }
        file.parentFile?.mkdirs()
        val part = File.createTempFile(file.name, ".part", file.parentFile)
        try {
            FileOutputStream(part).use { out ->
                out.write(value.toByteArray())
                out.fd.sync()
            }
            Files.move(part.toPath(), file.toPath(), ATOMIC_MOVE, REPLACE_EXISTING)
        } finally {
            part.delete()
        }
    }
}
