package jp.ekitei.android.plugin

import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import jp.ekitei.android.Device
import jp.ekitei.android.logic.PendingCaptures
import java.io.File
import java.io.FileNotFoundException

/**
 * Lets the camera write exactly the files that are waited for, and nothing else of this app. Works in a process that Android started
 * anew for the camera: what is waited for is on the disk.
 */
class InboxProvider : ContentProvider() {
    override fun onCreate(): Boolean = true

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        val file = fileOf(uri)
        return ParcelFileDescriptor.open(file, ParcelFileDescriptor.parseMode(mode))
    }

    /** Some cameras ask for name and size before they write. */
    override fun query(
        uri: Uri, projection: Array<out String>?, selection: String?, selectionArgs: Array<out String>?, sortOrder: String?,
    ): Cursor {
        val file = fileOf(uri)
        val columns = projection ?: arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)
        val known = columns.filter { it == OpenableColumns.DISPLAY_NAME || it == OpenableColumns.SIZE }
        val row = known.map { if (it == OpenableColumns.SIZE) file.length() else file.name }
        return MatrixCursor(known.toTypedArray(), 1).apply { addRow(row) }
    }

    override fun getType(uri: Uri): String = "image/jpeg"

    override fun insert(uri: Uri, values: ContentValues?): Uri? = throw UnsupportedOperationException("insert")

    override fun update(uri: Uri, values: ContentValues?, selection: String?, selectionArgs: Array<out String>?): Int =
        throw UnsupportedOperationException("update")

    override fun delete(uri: Uri, selection: String?, selectionArgs: Array<out String>?): Int =
        throw UnsupportedOperationException("delete")

    private fun fileOf(uri: Uri): File {
        val context = context ?: throw FileNotFoundException("no context")
        val name = uri.pathSegments.singleOrNull() ?: throw FileNotFoundException("no name")
        val dir = pending(context).folderOf(name) ?: throw FileNotFoundException("not waited for")
        return File(inbox(dir), name)
    }

    companion object {
        fun pending(context: Context) = PendingCaptures(Device.shelf(context, "captures"))

        fun inbox(dir: String) = File(dir, "inbox")

        fun authority(context: Context) = "${context.packageName}.inbox"

        fun uri(context: Context, name: String): Uri =
            Uri.Builder().scheme("content").authority(authority(context)).appendPath(name).build()
    }
}
