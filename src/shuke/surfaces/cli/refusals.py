"""The Chinese wording of refusals that the command line meets; English is in the refusal itself."""

CHINESE = {
    "clock_is_live": "只有沙箱才有测试时钟；正式环境使用机器时间。",
    "clock_moves_back": "测试时钟停在 {at}，不能回拨。",
    "database_disk_full": "数据库目录 {folder} 所在磁盘已满：剩余 {free} MB，至少需要 {need} MB。",
    "database_folder_unusable": "数据库目录 {folder} 无法使用：{why}。可用 SHUKE_HOME 另选目录。",
    "database_not_started": "PostgreSQL 未能在 {folder} 启动：{why}。日志在该目录的 log 下。",
    "database_of_other_keys": "数据库是用另一套密钥写入的，与 {file} 或环境变量中的密钥不符，其中的个人信息将无法读取。"
    "请换回原来的密钥。",
    "database_of_other_kind": "该数据库属于 {kind} 环境；请用 SHUKE_HOME 或 DATABASE_URL 另选。",
    "database_unreachable": "连接不上数据库：{why}",
    "database_user_missing": "PostgreSQL 不能以 root 运行，也未能为它建立系统用户 {user}。",
    "home_of_other_kind": "{folder} 中已有 {kind} 环境；请用 SHUKE_HOME 另选目录。",
    "home_unusable": "{folder} 无法写入；请用 SHUKE_HOME 另选目录。",
    "migrations_pending": "有 {count} 个数据库迁移尚未执行（{names}）；请运行 shuke migrate。",
    "no_deployment": "{folder} 中还没有部署；请先运行 shuke init 或 shuke demo，或用 SHUKE_HOME 指定目录。",
    "origin_required": "监听 {bind} 时须用 SHUKE_ORIGIN 或 --origin 说明访问地址，例如 https://vip.example.com。",
    "plain_http": "{origin} 不加密且不在本机；请使用 https，或在可信内网用 --insecure-lan 明确允许。",
    "port_in_use": "{bind} 已被占用；可用 --bind 换一个，例如 --bind 127.0.0.1:{other}。",
    "secrets_invalid": "{file} 或环境变量中的密钥不完整，或不是 32 字节的 base64。",
    "secrets_readable_by_others": "其他用户可以读取 {file}；请运行：chmod 600 {file}",
}
