package jp.ekitei.android.logic

/**
 * Which names a camera may write, and where. Kept on the disk before the camera opens, because Android may kill this process while
 * the camera is in front: the file provider of the next process must still let it write, and the next start adopts what it wrote.
 */
class PendingCaptures(private val shelf: Shelf) {
    data class Waiting(val dir: String, val names: List<String>)

    /** The row comes first: returns only after it is on the disk. `false`: nothing usable was asked for. */
    @Synchronized
    fun begin(dir: String, names: List<String>): Boolean {
        val usable = names.filter(InboxNames::isCapture)
        if (dir.isEmpty() || '\n' in dir || usable.isEmpty() || usable.size != names.size) return false
        val before = waiting()
        // Names of a camera that was killed stay until they are adopted.
        val kept = if (before?.dir == dir) before.names.filter { it !in usable } else emptyList()
        shelf.write((listOf(dir) + kept + usable).joinToString("\n"))
        return true
    }

    @Synchronized
    fun waiting(): Waiting? {
        val lines = shelf.read()?.split('\n') ?: return null
        val names = lines.drop(1).filter(InboxNames::isCapture)
        return if (names.isEmpty() || lines[0].isEmpty()) null else Waiting(lines[0], names)
    }

    /** The folder of [name], if a camera may write it now. */
    fun folderOf(name: String): String? = waiting()?.takeIf { name in it.names }?.dir

    /** These are settled: taken in or given up. */
    @Synchronized
    fun end(names: Collection<String>) {
        val before = waiting() ?: return
        val left = before.names.filter { it !in names }
        shelf.write(if (left.isEmpty()) null else (listOf(before.dir) + left).joinToString("\n"))
    }

    /** What is waited for, as files with bytes and without. [bytes]: size of a file, `null` where there is none. */
    fun sorted(names: Collection<String>, bytes: (String) -> Long?): Pair<List<String>, List<String>> =
        names.partition { (bytes(it) ?: 0) > 0 }
}
