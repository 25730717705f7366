package jp.ekitei.android

import android.content.Context
import android.os.SystemClock
import jp.ekitei.android.logic.Clocks
import jp.ekitei.android.logic.FileShelf
import jp.ekitei.android.logic.Shelf
import java.io.File
import java.util.TimeZone

/** What both processes need of this phone. */
object Device {
    /**
     * The core's directory, the same for screens and background. Storage of the signed-in user: readable from the first unlock of
     * the phone after a restart on (docs/adr).
     */
    fun home(context: Context): File = context.applicationContext.dataDir

    val clocks = object : Clocks {
        override fun upMs(): Long = SystemClock.elapsedRealtime()
        override fun nowMs(): Long = System.currentTimeMillis()
    }

    fun offsetMin(nowMs: Long): Int = TimeZone.getDefault().getOffset(nowMs) / 60_000

    fun shelf(context: Context, name: String): Shelf =
        FileShelf(File(File(context.applicationContext.noBackupFilesDir, "native"), name))

    /** Readable before the first unlock: only facts without content go here. */
    fun earlyShelf(context: Context, name: String): Shelf =
        FileShelf(File(File(context.createDeviceProtectedStorageContext().noBackupFilesDir, "native"), name))
}
