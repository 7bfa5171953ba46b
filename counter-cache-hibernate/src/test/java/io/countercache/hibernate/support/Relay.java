package io.countercache.hibernate.support;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * Stands between the driver and PostgreSQL, and writes down what the driver says: each message is what it sends before it waits
 * for an answer, the texts of its statements one after the other. What a pool sends to see whether a connection lives has no text,
 * and is left out.
 */
public final class Relay implements AutoCloseable {

    private final String url;
    private final Properties server;
    private final ServerSocket socket = listen();
    private final List<String> messages = new ArrayList<>();

    /** To the server of these connections. */
    public Relay(HikariDataSource connections) {
        this(connections.getJdbcUrl());
    }

    /** To the server at this address. */
    public Relay(String url) {
        this.server = Driver.parseURL(url, new Properties());
        this.url = "jdbc:postgresql://localhost:%d/%s?sslmode=disable&gssEncMode=disable"
                .formatted(socket.getLocalPort(), server.getProperty("PGDBNAME"));
        start(this::accept);
    }

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The address of the relay. */
    public String url() {
        return url;
    }

    /** What the driver has said while this ran. */
    public List<String> messagesOf(Runnable work) {
        synchronized (messages) {
            messages.clear();
        }
        work.run();
        synchronized (messages) {
            return List.copyOf(messages);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Socket to = new Socket(server.getProperty("PGHOST"), Integer.parseInt(server.getProperty("PGPORT")));
                client.setTcpNoDelay(true);
                to.setTcpNoDelay(true);
                start(() -> pipe(client, to, () -> new Conversation().listen(client, to)));
                start(() -> pipe(client, to, () -> to.getInputStream().transferTo(client.getOutputStream())));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private interface Piping {
        void run() throws IOException;
    }

    private static void pipe(Socket one, Socket other, Piping piping) {
        try (one;
                other) {
            piping.run();
        } catch (IOException e) {
            // one of them has ended the conversation
        }
    }

    /** What a client says, read by the protocol of PostgreSQL. */
    private final class Conversation {

        private final Map<String, String> statements = new HashMap<>();
        private final Map<String, String> portals = new HashMap<>();
        private final List<String> texts = new ArrayList<>();

        void listen(Socket client, Socket to) throws IOException {
            DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            DataOutputStream out = new DataOutputStream(to.getOutputStream());
            forward(null, in, out); // the one that says who it is has no type
            while (true) {
                forward(in.readByte(), in, out);
            }
        }

        private void forward(Byte type, DataInputStream in, DataOutputStream out) throws IOException {
            byte[] content = new byte[in.readInt() - Integer.BYTES];
            in.readFully(content);
            if (type != null) {
                heard((char) (byte) type, ByteBuffer.wrap(content));
                if ((type == 'S' || type == 'Q') && in.available() == 0) {
                    end(); // the answer is asked for, and nothing more comes before it
                }
            }
            ByteBuffer whole = ByteBuffer.allocate(content.length + Integer.BYTES + 1);
            if (type != null) {
                whole.put(type);
            }
            whole.putInt(content.length + Integer.BYTES).put(content);
            out.write(whole.array(), 0, whole.position());
        }

        private void heard(char type, ByteBuffer content) {
            switch (type) {
                case 'P' -> statements.put(text(content), text(content));
                case 'B' -> portals.put(text(content), statements.get(text(content)));
                case 'E' -> texts.add(portals.get(text(content)));
                case 'Q' -> texts.addAll(List.of(text(content).split(";")));
                default -> {} // says nothing that is executed
            }
        }

        private void end() {
            String message = String.join("; ", texts.stream().map(String::strip).toList());
            texts.clear();
            if (!message.isEmpty()) {
                synchronized (messages) {
                    messages.add(message);
                }
            }
        }

        private static String text(ByteBuffer content) {
            int start = content.position();
            while (content.get() != 0) {
                // up to its end
            }
            ByteBuffer text = content.slice(start, content.position() - start - 1);
            return StandardCharsets.UTF_8.decode(text).toString();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
