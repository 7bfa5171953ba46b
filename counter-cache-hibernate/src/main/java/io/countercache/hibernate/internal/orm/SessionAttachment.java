package io.countercache.hibernate.internal.orm;

import java.io.Serializable;
import org.hibernate.engine.extension.spi.Extension;
import org.hibernate.engine.extension.spi.ExtensionIntegration;
import org.hibernate.engine.extension.spi.ExtensionIntegrationContext;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * Attaches an object to each session, where {@code PerSession} keeps its values, since Hibernate 7.4 has such extensions. Found by
 * Hibernate through {@code ServiceLoader}; nothing is called by users.
 */
public final class SessionAttachment implements ExtensionIntegration<SessionAttachment.Attached> {

    private static final String RESTORED = "io.countercache.restored";

    /** What Hibernate keeps with a session. */
    static final class Attached extends SessionValues implements Extension, Serializable {
        private static final long serialVersionUID = 1;
    }

    /** Called by {@code ServiceLoader}. */
    public SessionAttachment() {}

    /** What is attached to a session, which may be closed. */
    static SessionValues of(SharedSessionContractImplementor session) {
        try {
            return session.getExtension(Attached.class);
        } catch (NullPointerException e) {
            return ofRestored(
                    session); // Hibernate 7.4 does not restore the extensions of a session that was serialized
        }
    }

    /** Slow, as properties are copied to be read; but a session is serialized only where nothing is done with it for long. */
    private static SessionValues ofRestored(SharedSessionContractImplementor session) {
        if (!(session instanceof SessionImplementor restored)) {
            return new Attached(); // a stateless session: each of its deltas is written by itself
        }
        if (restored.getProperties().get(RESTORED) instanceof Attached known) {
            return known;
        }
        Attached values = new Attached();
        if (!restored.isClosed()) {
            restored.setProperty(RESTORED, values);
        }
        return values;
    }

    @Override
    public Class<Attached> getExtensionType() {
        return Attached.class;
    }

    @Override
    public Attached createExtension(ExtensionIntegrationContext context) {
        return new Attached();
    }
}
