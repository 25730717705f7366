package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import java.io.File
import kotlin.concurrent.thread

class FileShelfTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `another process reads what was written, and nothing is left beside it`() {
        val file = File(folder.root, "native/pin")
        assertNull(FileShelf(file).read())
        FileShelf(file).write("5,100")
        assertEquals("5,100", FileShelf(file).read())
        FileShelf(file).write(null)
        FileShelf(file).write(null)
        assertNull(FileShelf(file).read())
        assertEquals(emptyList<String>(), file.parentFile!!.list()!!.toList())
    }

    @Test
    fun `a reader never sees half a value`() {
        val file = File(folder.root, "note")
        val values = listOf("a".repeat(10_000), "b".repeat(20_000))
        FileShelf(file).write(values[0])
        val writer = thread { repeat(60) { FileShelf(file).write(values[it % 2]) } }
        while (writer.isAlive) {
            val read = FileShelf(file).read()
            assertEquals(true, read in values)
        }
        writer.join()
    }
}
