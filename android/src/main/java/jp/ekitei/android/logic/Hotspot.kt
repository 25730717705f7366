package jp.ekitei.android.logic

/** Whether this phone lends its line to others, from what the system happens to tell. Never a guess. */
object Hotspot {
    /**
     * @param tethered the interfaces that lend the line now (Wi-Fi, USB, Bluetooth); `null`: the system did not say
     * @param accessPoint the state of the Wi-Fi access point in the system's own numbers; `null`: the system did not say
     */
    fun state(tethered: List<String>?, accessPoint: Int?): String = when {
        !tethered.isNullOrEmpty() -> "on"
        accessPoint == ON || accessPoint == TURNING_ON -> "on"
        tethered != null || accessPoint == OFF -> "off"
        else -> "unknown"
    }

    private const val OFF = 11
    private const val TURNING_ON = 12
    private const val ON = 13
}
