import java.util.Arrays;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/** DynamoDB Local on a free port of the loopback interface, which it has no option for; until its input ends. */
final class Loopback {
    public static void main(String[] options) throws Exception {
        String[] all = Arrays.copyOf(options, options.length + 2);
        all[options.length] = "-port";
        // Any valid one: it is replaced before anything listens.
        all[options.length + 1] = "8000";
        DynamoDBProxyServer dynamodb = ServerRunner.createServerFromCommandLineArgs(all);
        var field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        var connector = (ServerConnector) ((Server) field.get(dynamodb)).getConnectors()[0];
        connector.setHost("127.0.0.1");
        connector.setPort(0);
        dynamodb.start();
        System.out.println("port " + connector.getLocalPort());
        while (System.in.read() >= 0) {}
        // Whoever started it is gone, however it went.
        Runtime.getRuntime().halt(0);
    }
}
