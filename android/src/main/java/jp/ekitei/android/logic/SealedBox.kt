package jp.ekitei.android.logic

import java.security.GeneralSecurityException
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec

/**
 * A small value sealed with AES-GCM, bound to its purpose: format byte, length of the nonce, nonce, ciphertext with tag. The key (and
 * whom it asks before it works) is the caller's, who hands over a cipher that was begun with it.
 */
class SealedBox private constructor(private val bytes: ByteArray, private val nonceBytes: Int) {
    /** For [Cipher.init] with [Cipher.DECRYPT_MODE]. */
    val nonce get() = GCMParameterSpec(TAG_BITS, bytes, HEAD_BYTES, nonceBytes)

    /** Throws [GeneralSecurityException] when it was changed, or sealed for another purpose or by another key. */
    fun open(begun: Cipher, purpose: String): ByteArray {
        begun.updateAAD(purpose.toByteArray())
        return begun.doFinal(bytes, HEAD_BYTES + nonceBytes, bytes.size - HEAD_BYTES - nonceBytes)
    }

    companion object {
        const val CIPHER = "AES/GCM/NoPadding"
        private const val TAG_BITS = 128
        private const val FORMAT: Byte = 1
        private const val HEAD_BYTES = 2
        private val NONCE_BYTES = 12..16

        fun seal(begun: Cipher, purpose: String, plain: ByteArray): ByteArray {
            begun.updateAAD(purpose.toByteArray())
            val sealed = begun.doFinal(plain)
            return byteArrayOf(FORMAT, begun.iv.size.toByte()) + begun.iv + sealed
        }

        /** `null`: these bytes are none. */
        fun read(bytes: ByteArray): SealedBox? {
            val nonceBytes = bytes.getOrNull(1)?.toInt() ?: return null
            val whole = bytes[0] == FORMAT && nonceBytes in NONCE_BYTES && bytes.size >= HEAD_BYTES + nonceBytes + TAG_BITS / 8
            return if (whole) SealedBox(bytes, nonceBytes) else null
        }
    }
}
