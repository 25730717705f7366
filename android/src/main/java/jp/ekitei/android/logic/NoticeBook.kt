package jp.ekitei.android.logic

import jp.ekitei.android.logic.NotificationPlan.Channel

/** What each channel's notification on screen speaks of; both processes read and write it. */
class NoticeBook(private val shelf: Shelf) {
    data class Entry(val shown: Long, val atMs: Long)

    fun of(channel: Channel): Entry? = all()[channel]

    fun shown(channel: Channel, count: Long, atMs: Long) = keep(all() + (channel to Entry(count, atMs)))

    /** The person has seen to it. When the last reminder came stays known. */
    fun cleared(channel: Channel) {
        val before = all()[channel] ?: return
        keep(all() + (channel to before.copy(shown = 0)))
    }

    private fun all(): Map<Channel, Entry> {
        val entries = mutableMapOf<Channel, Entry>()
        for (line in shelf.read().orEmpty().split('\n')) {
            val parts = line.split(',')
            val channel = Channel.of(parts[0]) ?: continue
            val shown = parts.getOrNull(1)?.toLongOrNull() ?: continue
            val atMs = parts.getOrNull(2)?.toLongOrNull() ?: continue
            entries[channel] = Entry(shown, atMs)
        }
        return entries
    }

    private fun keep(entries: Map<Channel, Entry>) =
        shelf.write(entries.entries.joinToString("\n") { (channel, it) -> "${channel.id},${it.shown},${it.atMs}" })
}
