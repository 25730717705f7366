package jp.ekitei.android.plugin

import android.app.Activity
import android.content.ContentResolver
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.provider.DocumentsContract
import android.provider.OpenableColumns
import app.tauri.plugin.JSObject
import jp.ekitei.android.logic.CopyLimit
import jp.ekitei.android.logic.InboxNames
import java.io.File
import java.io.FileInputStream
import java.io.FileOutputStream
import java.io.IOException
import java.util.UUID

/**
 * Files of other apps, picked or shared: copied into the private inbox, because the permission to read them ends with the app. And the
 * way out: what a person keeps outside.
 */
class Documents(private val context: Context) {
    /** The system's document picker. */
    fun picker(types: List<String>, several: Boolean): Intent = Intent(Intent.ACTION_OPEN_DOCUMENT).apply {
        addCategory(Intent.CATEGORY_OPENABLE)
        type = types.singleOrNull() ?: "*/*"
        if (types.size > 1) putExtra(Intent.EXTRA_MIME_TYPES, types.toTypedArray())
        putExtra(Intent.EXTRA_ALLOW_MULTIPLE, several)
        // Never from a cloud: there is none on a closed network.
        putExtra(Intent.EXTRA_LOCAL_ONLY, true)
    }

    /** The system's "save as"; the place is the person's choice, and never a cloud. */
    fun keeper(name: String, type: String): Intent = Intent(Intent.ACTION_CREATE_DOCUMENT).apply {
        addCategory(Intent.CATEGORY_OPENABLE)
        this.type = type
        putExtra(Intent.EXTRA_TITLE, name)
        putExtra(Intent.EXTRA_LOCAL_ONLY, true)
    }

    /** Writes what lies in the private inbox for it. Half a file is taken away again. Takes time: never on the main thread. */
    fun copyOut(from: File, to: Uri) = try {
        val place = context.contentResolver.openOutputStream(to, "wt") ?: throw IOException("nothing to write to")
        place.use { target -> FileInputStream(from).use { it.copyTo(target) } }
        Unit
    } catch (_: SecurityException) {
        throw Refused("file-denied")
    } catch (_: IOException) {
        runCatching { DocumentsContract.deleteDocument(context.contentResolver, to) }
        throw Refused("file-io")
    }

    /** Lets another app show what was saved. `false`: there is none for it. */
    fun show(activity: Activity, place: Uri, type: String): Boolean = try {
        activity.startActivity(Intent(Intent.ACTION_VIEW).setDataAndType(place, type).addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION))
        true
    } catch (_: RuntimeException) {
        false
    }

    /** The files that an intent names, without those of this app itself: nobody may make it read its own secrets out. */
    fun uris(intent: Intent?): List<Uri> {
        if (intent == null) return emptyList()
        val found = LinkedHashSet<Uri>()
        intent.data?.let(found::add)
        intent.clipData?.let { clip -> (0 until clip.itemCount).forEach { at -> clip.getItemAt(at).uri?.let(found::add) } }
        if (intent.action == Intent.ACTION_SEND) extra(intent)?.let(found::add)
        if (intent.action == Intent.ACTION_SEND_MULTIPLE) found += extras(intent)
        return found.filter(::isForeign).take(CopyLimit.MAX_FILES)
    }

    /** Copies each file by itself: one that cannot be read does not spoil the others. Takes time: never on the main thread. */
    fun copyIn(uris: List<Uri>, dir: String, limitBytes: Long): JSObject {
        val taken = mutableListOf<JSObject>()
        val refused = mutableListOf<JSObject>()
        for (uri in uris) {
            val shown = nameOf(uri)
            try {
                taken += copy(uri, shown, InboxProvider.inbox(dir), limitBytes)
            } catch (large: CopyLimit.TooLarge) {
                val limitMb = large.limitBytes shr 20
                val sizeMb = sizeOf(uri)?.let(CopyLimit::megabytes) ?: (limitMb + 1)
                refused += json("name" to shown, "code" to "photo-file-large", "size_mb" to sizeMb, "limit_mb" to limitMb)
            } catch (_: SecurityException) {
                refused += json("name" to shown, "code" to "file-denied")
            } catch (_: IOException) {
                refused += json("name" to shown, "code" to if (isFull(dir)) "disk-full" else "file-io")
            }
        }
        return json("taken" to jsonList(taken), "refused" to jsonList(refused))
    }

    private fun copy(uri: Uri, shown: String?, inbox: File, limitBytes: Long): JSObject {
        inbox.mkdirs()
        val id = UUID.randomUUID().toString()
        val part = File(inbox, InboxNames.TEMPORARY_PREFIX + id)
        val name = InboxNames.incoming(id, shown)
        try {
            val from = context.contentResolver.openInputStream(uri) ?: throw IOException("nothing to read")
            val bytes = from.use { source ->
                FileOutputStream(part).use { target ->
                    CopyLimit.copy(source, target, limitBytes).also { target.fd.sync() }
                }
            }
            if (!part.renameTo(File(inbox, name))) throw IOException("rename")
            return json("name" to name, "bytes" to bytes, "type" to context.contentResolver.getType(uri))
        } finally {
            part.delete()
        }
    }

    private fun isForeign(uri: Uri) =
        uri.scheme == ContentResolver.SCHEME_CONTENT && !uri.authority.orEmpty().substringAfterLast('@').startsWith(context.packageName)

    private fun nameOf(uri: Uri): String? = column(uri, OpenableColumns.DISPLAY_NAME)

    private fun sizeOf(uri: Uri): Long? = column(uri, OpenableColumns.SIZE)?.toLongOrNull()

    /** What the other app says; it may say nothing, or fail. */
    private fun column(uri: Uri, name: String): String? = runCatching {
        context.contentResolver.query(uri, arrayOf(name), null, null, null)?.use { rows ->
            if (rows.moveToFirst()) rows.getString(0) else null
        }
    }.getOrNull()

    private fun isFull(dir: String) = File(dir).usableSpace < FULL_BYTES

    @Suppress("DEPRECATION")
    private fun extra(intent: Intent): Uri? =
        if (Build.VERSION.SDK_INT >= 33) intent.getParcelableExtra(Intent.EXTRA_STREAM, Uri::class.java)
        else intent.getParcelableExtra(Intent.EXTRA_STREAM)

    @Suppress("DEPRECATION")
    private fun extras(intent: Intent): List<Uri> =
        (if (Build.VERSION.SDK_INT >= 33) intent.getParcelableArrayListExtra(Intent.EXTRA_STREAM, Uri::class.java)
        else intent.getParcelableArrayListExtra<Uri>(Intent.EXTRA_STREAM)).orEmpty().filterNotNull()

    private companion object {
        const val FULL_BYTES = 1L shl 20
    }
}
