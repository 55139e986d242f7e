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
