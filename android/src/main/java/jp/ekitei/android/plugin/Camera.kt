package jp.ekitei.android.plugin

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.provider.MediaStore
import app.tauri.plugin.JSObject
import java.io.File

/**
 * The system's camera writes into the private inbox, several shots in a row: after each one it opens again for the next name, until
 * the person leaves it or no name is left. The core wrote a row for each name before; here the names go to the disk, too.
 */
class Camera(private val context: Context) {
    private class Run(val dir: String, val names: List<String>, var at: Int)

    private val pending = InboxProvider.pending(context)
    private var run: Run? = null

    /** A camera is in front because the person asked for it. */
    val isOpen: Boolean get() = run != null

    /** The intent of the first shot. */
    fun begin(dir: String, names: List<String>): Intent {
        if (!pending.begin(dir, names)) throw Refused("inbox-name")
        run = Run(dir, names, 0)
        return intent(names[0])
    }

    /** The camera came back: the intent of the next shot, or `null` when the run is over. */
    fun next(resultCode: Int): Intent? {
        val now = run ?: return null
        val taken = resultCode == Activity.RESULT_OK && bytes(now.dir, now.names[now.at]) > 0
        now.at++
        return if (taken && now.at < now.names.size) intent(now.names[now.at]) else null
    }

    /** What the run brought. Names without bytes are given up: a camera that writes later finds the door closed. */
    fun end(): JSObject {
        val now = run ?: return json("taken" to jsonList(emptyList()), "unused" to jsonList(emptyList()))
        run = null
        return settle(now.dir, now.names)
    }

    /** What a camera wrote for a process that was killed meanwhile. */
    fun left(dir: String): JSObject {
        val waiting = pending.waiting()?.takeIf { it.dir == dir && run == null }
            ?: return json("names" to jsonList(emptyList()))
        return json("names" to settle(dir, waiting.names).getJSONArray("taken"))
    }

    private fun settle(dir: String, names: List<String>): JSObject {
        val (taken, unused) = pending.sorted(names) { name -> bytes(dir, name) }
        // An empty file is no picture; the core's clean-up must not meet it.
        unused.forEach { File(InboxProvider.inbox(dir), it).delete() }
        pending.end(names)
        return json("taken" to jsonList(taken), "unused" to jsonList(unused))
    }

    private fun bytes(dir: String, name: String): Long = File(InboxProvider.inbox(dir), name).length()

    private fun intent(name: String): Intent {
        val uri = InboxProvider.uri(context, name)
        return Intent(MediaStore.ACTION_IMAGE_CAPTURE).apply {
            putExtra(MediaStore.EXTRA_OUTPUT, uri)
            // The grant travels with the clip, not with the extra.
            clipData = ClipData.newRawUri(name, uri)
            addFlags(Intent.FLAG_GRANT_WRITE_URI_PERMISSION or Intent.FLAG_GRANT_READ_URI_PERMISSION)
        }
    }

    companion object {
        /** Whether starting it failed because the phone has no camera app (or the MDM took it away). */
        fun isMissing(failure: Exception) = failure is ActivityNotFoundException || failure is SecurityException
    }
}
