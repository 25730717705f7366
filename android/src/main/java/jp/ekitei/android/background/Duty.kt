package jp.ekitei.android.background

import android.content.Context
import android.content.Intent
import jp.ekitei.android.Device
import jp.ekitei.android.logic.Shelf

/** Whether the person is on duty: on the disk, because it outlives the process and a restart of the phone. */
object Duty {
    /** Of this process: the live line stands. */
    @Volatile
    var isListening = false

    fun isOn(context: Context): Boolean = shelf(context).read() == ON

    /** Who could not begin is not on duty; who was on duty before stays so. */
    fun set(context: Context, on: Boolean) {
        val before = isOn(context)
        write(context, on)
        val service = Intent(context, DutyService::class.java)
        try {
            if (on) context.startForegroundService(service) else context.stopService(service)
        } catch (refused: RuntimeException) {
            write(context, before)
            throw refused
        }
    }

    private fun write(context: Context, on: Boolean) = shelf(context).write(if (on) ON else null)

    private fun shelf(context: Context): Shelf = Device.shelf(context, "duty")

    private const val ON = "on"
}
