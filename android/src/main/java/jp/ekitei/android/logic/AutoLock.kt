package jp.ekitei.android.logic

/**
 * When the vault closes by itself: some minutes after somebody's hands were last on the screens, on the clock that runs while the
 * phone sleeps. Not while a visit is open on the screen: a conversation of an hour must not end in a PIN. Leaving the app hides
 * what it shows at once, and from then on time counts even with a visit open.
 */
class AutoLock(private val clocks: Clocks) {
    private var limitMs = minutesMs(DEFAULT_MINUTES)
    private var touchedUpMs = clocks.upMs()
    private var visitOpen = false
    private var inFront = true
    private var extraMs = 0L

    /** The core has weighed settings, MDM and section. */
    @Synchronized
    fun limit(minutes: Int) {
        limitMs = minutesMs(minutes.coerceIn(1, MAX_MINUTES))
    }

    @Synchronized
    fun visit(open: Boolean) {
        // Time begins anew when the visit is closed; until then hands were on it.
        if (visitOpen && !open && inFront) touchedUpMs = clocks.upMs()
        visitOpen = open
    }

    @Synchronized
    fun touched() {
        touchedUpMs = clocks.upMs()
    }

    /** [forCamera]: the person opened the camera from here; several photographs may take longer than the limit. */
    @Synchronized
    fun left(forCamera: Boolean = false) {
        // A visit on the screen, like the tap that opens the camera, counts as a touch until the moment of leaving.
        if (inFront && (visitOpen || forCamera)) touchedUpMs = clocks.upMs()
        extraMs = if (forCamera) CAMERA_EXTRA_MS else 0
        inFront = false
    }

    /** True when it must lock before anything is shown. */
    @Synchronized
    fun returned(): Boolean {
        val due = leftMs() == 0L
        inFront = true
        extraMs = 0
        if (!due) touchedUpMs = clocks.upMs()
        return due
    }

    /** What the app shows must be covered. */
    @Synchronized
    fun isHidden(): Boolean = !inFront

    /** Milliseconds until locking; `null`: not as long as it stays like this. */
    @Synchronized
    fun dueInMs(): Long? = if (inFront && visitOpen) null else leftMs()

    private fun leftMs(): Long {
        if (inFront && visitOpen) return limitMs
        val upMs = clocks.upMs()
        // The clock went back: the phone was restarted, and so was everything that was open.
        if (upMs < touchedUpMs) return 0
        return (limitMs + extraMs - (upMs - touchedUpMs)).coerceAtLeast(0)
    }

    companion object {
        const val DEFAULT_MINUTES = 5
        const val MAX_MINUTES = 60
        const val CAMERA_EXTRA_MS = 10 * 60_000L

        private fun minutesMs(minutes: Int) = minutes * 60_000L
    }
}
