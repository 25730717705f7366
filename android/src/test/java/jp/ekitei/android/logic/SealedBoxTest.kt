package jp.ekitei.android.logic

import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Test
import java.security.GeneralSecurityException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

class SealedBoxTest {
    private val key: SecretKey = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
    private val other: SecretKey = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
    private val plain = ByteArray(32) { it.toByte() }

    private fun seal(purpose: String = "vault"): ByteArray {
        val cipher = Cipher.getInstance(SealedBox.CIPHER).apply { init(Cipher.ENCRYPT_MODE, key) }
        return SealedBox.seal(cipher, purpose, plain)
    }

    private fun open(bytes: ByteArray, purpose: String = "vault", with: SecretKey = key): ByteArray {
        val box = checkNotNull(SealedBox.read(bytes))
        val cipher = Cipher.getInstance(SealedBox.CIPHER).apply { init(Cipher.DECRYPT_MODE, with, box.nonce) }
        return box.open(cipher, purpose)
    }

    @Test
    fun `what was sealed opens with its key and for its purpose alone`() {
        val sealed = seal()
        assertArrayEquals(plain, open(sealed))
        assertThrows(GeneralSecurityException::class.java) { open(sealed, with = other) }
        assertThrows(GeneralSecurityException::class.java) { open(sealed, purpose = "queue") }
    }

    @Test
    fun `a changed bit opens nothing`() {
        for (at in listOf(2, 14, 20)) {
            val sealed = seal().also { it[at] = (it[at].toInt() xor 1).toByte() }
            assertThrows(GeneralSecurityException::class.java) { open(sealed) }
        }
    }

    @Test
    fun `other bytes are no box`() {
        val sealed = seal()
        assertNotNull(SealedBox.read(sealed))
        val none = listOf(ByteArray(0), ByteArray(1), sealed.copyOf(29), sealed.clone().also { it[0] = 2 }, sealed.clone().also { it[1] = 40 }, sealed.clone().also { it[1] = -1 })
        for (bytes in none) assertNull(SealedBox.read(bytes))
    }
}
