<?php
// What a web server's rewrite rules do for MediaWiki: /wiki/Title and /w/SCRIPT.php[/path].
$code = '/usr/share/mediawiki';
error_log( "asked: {$_SERVER['REQUEST_URI']}" ); // a router's answers are not in the server's log otherwise
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (preg_match('#^/wiki/(.+)$#', $path, $found)) {
    $script = '/index.php';
    $_GET['title'] = $_REQUEST['title'] = rawurldecode($found[1]);
} elseif (preg_match('#^/w(/(?:api|index|load|rest)\.php)(/.*)?$#', $path, $found)) {
    $script = $found[1];
    $_SERVER['PATH_INFO'] = rawurldecode($found[2] ?? '');
} else {
    http_response_code(404);
    return true;
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = "/w$script";
$_SERVER['SCRIPT_FILENAME'] = $code . $script;
chdir($code);
require $code . $script;
