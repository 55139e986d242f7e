// Added to what MediaWiki's installer wrote. Addresses as on Wikipedia: /w/api.php, /wiki/Title.
$wgServer = getenv( 'SITE_URL' );
$wgArticlePath = '/wiki/$1';
$wgUsePathInfo = true;
$wgMainCacheType = CACHE_NONE;
$wgSessionCacheType = CACHE_DB;
$wgEnableEmail = false;
$wgRateLimits = [];
$wgJobRunRate = 1;
$wgFeedCacheTimeout = 0;
// Edits without a login come from whatever address X-Forwarded-For names.
$wgCdnServersNoPurge = [ '127.0.0.1' ];
$wgUsePrivateIPs = true;
// Administrators hide revisions; only this group may also hide them from administrators.
$wgGroupPermissions['sysop']['deleterevision'] = true;
$wgGroupPermissions['suppress']['deleterevision'] = true;
$wgGroupPermissions['suppress']['suppressrevision'] = true;
$wgGroupPermissions['suppress']['viewsuppressed'] = true;
// As on Wikipedia since 2025, for whoever asks for it: an edit by the web form without a login makes a temporary
// account (this version makes none by the API), which is in the group that Wikipedia has for them.
$wgAutoCreateTempUser = [
    'enabled' => isset( $_SERVER['HTTP_X_TEMPORARY_ACCOUNT'] ),
    'actions' => [ 'edit' ],
    'genPattern' => '~2026-31415-$1',
    'matchPattern' => '~2$1',
    'serialProvider' => [ 'type' => 'local' ],
    'serialMapping' => [ 'type' => 'plain-numeric' ],
];
$wgHooks['UserEffectiveGroups'][] = static function ( $user, &$groups ) {
    if ( str_starts_with( $user->getName(), '~2' ) ) {
        $groups[] = 'temp';
    }
};
// Logos are put here by a script.
$wgEnableUploads = true;
$wgUploadDirectory = dirname( getenv( 'MW_CONFIG_FILE' ) ) . '/images';
// The wiki as it was when a copy of its tables was made, for whoever asks for that copy by its name.
if ( preg_match( '/^[a-z]+$/', $_SERVER['HTTP_X_SNAPSHOT'] ?? '' ) ) {
    $wgSQLiteDataDir = dirname( getenv( 'MW_CONFIG_FILE' ) ) . "/snapshots/{$_SERVER['HTTP_X_SNAPSHOT']}";
}
