package jp.ekitei.android.logic

import jp.ekitei.android.logic.NotificationPlan.Channel

/**
 * How much is new on each channel and what its notification on screen speaks of; both processes read and write it. What came while
 * it was quiet stays counted, so that the morning tells it.
 */
class NoticeBook(private val shelf: Shelf) {
    /**
     * @param count new since the person last looked
     * @param shown what the notification on screen says; 0 without one
     * @param atMs when it was shown; `null` never
     */
    data class Entry(val count: Long = 0, val shown: Long = 0, val atMs: Long? = null)

    fun of(channel: Channel): Entry = all()[channel] ?: Entry()

    /** So many more came. */
    fun came(channel: Channel, more: Long): Entry = change(channel) { it.copy(count = it.count + more) }

    /** There are so many altogether. */
    fun are(channel: Channel, count: Long): Entry = change(channel) { it.copy(count = count) }

    fun shown(channel: Channel, atMs: Long): Entry = change(channel) { it.copy(shown = it.count, atMs = atMs) }

    /** The person has seen to it. When the last reminder came stays known. */
    fun cleared(channel: Channel): Entry = change(channel) { it.copy(count = 0, shown = 0) }

    private fun change(channel: Channel, by: (Entry) -> Entry): Entry {
        val entries = all()
        val before = entries[channel] ?: Entry()
        val after = by(before)
        if (after != before) keep(entries + (channel to after))
        return after
    }

    private fun all(): Map<Channel, Entry> {
        val entries = mutableMapOf<Channel, Entry>()
        for (line in shelf.read().orEmpty().split('\n')) {
            val parts = line.split(',')
            val channel = Channel.of(parts[0]) ?: continue
            val numbers = parts.drop(1).map { it.toLongOrNull() ?: -1 }
            if (numbers.size != 3 || numbers[0] < 0 || numbers[1] < 0) continue
            entries[channel] = Entry(numbers[0], numbers[1], numbers[2].takeIf { it >= 0 })
        }
        return entries
    }

    private fun keep(entries: Map<Channel, Entry>) =
        shelf.write(entries.entries.joinToString("\n") { (channel, it) -> "${channel.id},${it.count},${it.shown},${it.atMs ?: -1}" })
}
